import { KubeConfig } from '@kubernetes/client-node';
import { Sandbox, startSandbox } from '..';
import { namespace, policy } from './objects';

/** Path of the policies that tests write. @internal */
export const POLICIES =
  '/apis/security.istio.io/v1/namespaces/shop/authorizationpolicies';

/** {@link POLICIES} as client-node names it. @internal */
export const POLICY_COLLECTION = {
  group: 'security.istio.io',
  version: 'v1',
  namespace: 'shop',
  plural: 'authorizationpolicies',
};

/** A sandbox with two empty namespaces, `shop` and `other`, and ways to talk to its API. @internal */
export class ApiTestServer {
  private constructor(readonly sandbox: Sandbox, readonly config: KubeConfig) {}

  static async start(): Promise<ApiTestServer> {
    const sandbox = await startSandbox({
      apiPort: 0,
      objects: [namespace('shop'), namespace('other')],
      bookmarkIntervalMs: 100,
      historySize: 200,
    });
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      // client-node refuses plain http otherwise.
      { name: 'sandbox', server: sandbox.apiUrl, skipTLSVerify: true },
      { name: 'nobody' },
    );
    return new ApiTestServer(sandbox, config);
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
  ): Promise<{ status: number; headers: Headers; body: any }> {
    const response = await fetch(`${this.sandbox.apiUrl}${path}`, {
      method,
      headers: { 'content-type': contentType },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text.startsWith('{') ? JSON.parse(text) : text,
    };
  }

  create(name: string, spec: object = {}, labels = {}) {
    return this.send('POST', POLICIES, policy('shop', name, spec, labels));
  }

  merge(name: string, patch: object, query = '') {
    return this.send(
      'PATCH',
      `${POLICIES}/${name}${query}`,
      patch,
      'application/merge-patch+json',
    );
  }
}
