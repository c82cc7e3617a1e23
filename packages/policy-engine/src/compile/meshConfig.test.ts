import { compileProxy, decide, parseYaml, ProxyRequest } from '..';
import {
  applyYaml,
  GATEWAY_PROXY,
  meshOf,
  SIDECAR,
} from '../__testUtils__/mesh';
import { gatewayPolicy } from '../__testUtils__/policies';

const meshConfig = (yaml: string, name = 'istio') => `
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: istio-system}
data:
  mesh: |
${yaml
  .split('\n')
  .map(line => `    ${line}`)
  .join('\n')}
`;

function ask(texts: string[], request: Partial<ProxyRequest> = {}) {
  const program = compileProxy(meshOf(texts), GATEWAY_PROXY);
  return decide(program, { port: 8080, host: 'h.example.com', ...request });
}

const principal = (name: string) => ({ source: { principal: name } });

describe('mesh config', () => {
  it('sets how paths are normalised', () => {
    const exempt = gatewayPolicy(
      'rules: [{to: [{operation: {paths: ["/healthz"]}}]}]',
    );
    const modes = (path: string) =>
      ['NONE', 'DEFAULT', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'].map(
        mode =>
          ask(
            [meshConfig(`pathNormalization: {normalization: ${mode}}`), exempt],
            { path },
          ).status,
      );
    expect(modes('/x/../healthz')).toEqual([403, 200, 200, 200]);
    expect(modes('//healthz')).toEqual([403, 403, 200, 200]);
    expect(modes('/x%2f..%2fhealthz')).toEqual([403, 403, 403, 200]);
  });

  it('is read again when it changes, and default when it is gone', () => {
    const mesh = meshOf([
      gatewayPolicy('rules: [{to: [{operation: {paths: ["/healthz"]}}]}]'),
    ]);
    const answer = () =>
      decide(compileProxy(mesh, GATEWAY_PROXY), { port: 1, path: '//healthz' })
        .status;
    expect(answer()).toBe(403);
    const merging = 'pathNormalization: {normalization: MERGE_SLASHES}';
    applyYaml(mesh, meshConfig(merging));
    expect(answer()).toBe(200);
    mesh.remove({
      kind: 'ConfigMap',
      namespace: 'istio-system',
      name: 'istio',
    });
    expect(answer()).toBe(403);
  });

  it('keeps programs while it says the same', () => {
    const mesh = meshOf([meshConfig('trustDomain: corp.example')]);
    const before = compileProxy(mesh, GATEWAY_PROXY);
    applyYaml(
      mesh,
      meshConfig('{trustDomain: corp.example, accessLogFile: x}'),
    );
    applyYaml(
      mesh,
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: default}\ndata: {a: b}',
    );
    expect(compileProxy(mesh, GATEWAY_PROXY)).toBe(before);
  });

  it('names the root namespace', () => {
    const policy = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: all, namespace: mesh-root}
spec: {}
`;
    const config = meshConfig('rootNamespace: mesh-root');
    const status = (texts: string[]) =>
      decide(compileProxy(meshOf(texts), SIDECAR), { port: 1 }).status;
    expect(status([policy])).toBe(200);
    expect(status([policy, config])).toBe(403);
    expect(meshOf([config]).rootNamespace).toBe('mesh-root');
  });

  it('makes aliases of the trust domain the same', () => {
    const config = meshConfig('{trustDomain: new, trustDomainAliases: [old]}');
    const policy = (source: string, action = 'ALLOW') =>
      gatewayPolicy(
        `action: ${action}, rules: [{from: [{source: {${source}}}]}]`,
      );
    const statuses = (text: string) =>
      ['new', 'old', 'cluster.local', 'other'].map(
        domain => ask([config, text], principal(`${domain}/ns/a/sa/b`)).status,
      );
    expect(statuses(policy('principals: ["old/ns/a/sa/b"]'))).toEqual([
      200, 200, 403, 403,
    ]);
    expect(statuses(policy('principals: ["cluster.local/ns/a/sa/b"]'))).toEqual(
      [200, 200, 403, 403],
    );
    expect(statuses(policy('principals: ["other/ns/a/sa/b"]'))).toEqual([
      403, 403, 403, 200,
    ]);
    // Not five parts: Istio leaves it alone.
    expect(statuses(policy('principals: ["new/ns/a/*"]'))).toEqual([
      200, 403, 403, 403,
    ]);
    expect(statuses(policy('trustDomains: [new]'))).toEqual([
      200, 200, 403, 403,
    ]);
    expect(
      statuses(policy('notPrincipals: ["new/ns/a/sa/b"]', 'DENY')),
    ).toEqual([200, 200, 403, 403]);
  });

  it('that cannot be read, or that revisions disagree about, leaves all unknown', () => {
    expect(ask([meshConfig('{{')]).status).toBe('unknown');
    const answer = ask([
      meshConfig('trustDomain: a'),
      meshConfig('trustDomain: b', 'istio-canary'),
    ]);
    expect(answer.status).toBe('unknown');
    expect(answer.trace[0].message).toBe(
      'ConfigMap istio-system/istio and ConfigMap istio-system/istio-canary differ in trustDomain',
    );
    expect(
      ask([
        meshConfig('trustDomain: a'),
        meshConfig('trustDomain: a', 'istio-canary'),
      ]).status,
    ).toBe(200);
  });

  it('says where it is wrong', () => {
    const text = meshConfig('pathNormalization: {normalization: ALL}');
    expect(parseYaml(text).errors).toEqual([
      expect.objectContaining({
        path: 'data.mesh.pathNormalization.normalization',
      }),
    ]);
  });

  it('with settings that the engine does not follow leaves all unknown', () => {
    const config = meshConfig(
      'defaultConfig: {connectionSettings: {profile: EDGE}}',
    );
    expect(ask([config]).status).toBe('unknown');
  });
});

describe('external authorizers', () => {
  const CUSTOM =
    'action: CUSTOM, provider: {name: opa}, rules: [{to: [{operation: {paths: ["/admin*"], ports: ["8080"]}}]}]';
  const providers = (kind: string) =>
    meshConfig(
      `extensionProviders: [{name: opa, ${kind}: {service: x, port: 1}}]`,
    );
  const grpc = providers('envoyExtAuthzGrpc');
  const http = providers('envoyExtAuthzHttp');
  const none = meshConfig('extensionProviders: [{name: zipkin, zipkin: {}}]');

  it('decide where a rule matches; what no rule matches goes on', () => {
    for (const texts of [[grpc], [http], []]) {
      const policies = [...texts, gatewayPolicy(CUSTOM)];
      const asked = ask(policies, { path: '/admin/x' });
      expect(asked.status).toBe('unknown');
      expect(asked.trace).toContainEqual(
        expect.objectContaining({ filter: 'rbac-custom', outcome: 'unknown' }),
      );
      expect(ask(policies, { path: '/' }).status).toBe(200);
    }
  });

  it('that do not exist make a denial, before any token is looked at', () => {
    const answer = ask([none, gatewayPolicy(CUSTOM)], { path: '/admin' });
    expect(answer).toMatchObject({
      status: 403,
      body: 'RBAC: access denied',
      details:
        'rbac_access_denied_matched_policy[istio-ext-authz-opa-ns[istio-system]-policy[policy]-rule[0]-deny-due-to-bad-CUSTOM-action]',
    });
    expect(ask([none, gatewayPolicy(CUSTOM)], { path: '/' }).status).toBe(200);
  });

  it('on a TCP chain: rules widen, an HTTP provider is left out', () => {
    const tcp = { protocol: 'tcp' as const };
    const policy = gatewayPolicy(CUSTOM);
    expect(ask([grpc, policy], tcp).status).toBe('unknown');
    expect(ask([grpc, policy], { ...tcp, port: 1 }).status).toBe(200);
    expect(ask([http, policy], tcp).status).toBe(200);
    expect(ask([none, policy], tcp).status).toBe('closed');
    expect(ask([policy], tcp).status).toBe('unknown');
  });

  it('a dry run of CUSTOM is not relied on', () => {
    const dry = gatewayPolicy(CUSTOM, 'dry', 'istio.io/dry-run: "true"');
    expect(ask([grpc, dry], { path: '/admin' }).status).toBe('unknown');
    expect(ask([grpc, dry], { path: '/' }).status).toBe(200);
  });

  it('a DENY refuses whatever the authorizer says', () => {
    const deny = gatewayPolicy('action: DENY, rules: [{}]', 'deny');
    const answer = ask([grpc, gatewayPolicy(CUSTOM), deny], { path: '/admin' });
    expect(answer.status).toBe('unknown');
  });
});

describe("the client's address", () => {
  const policy = gatewayPolicy(
    'rules: [{from: [{source: {remoteIpBlocks: ["192.0.2.0/24"]}}]}]',
  );
  const sidecarPolicy = policy
    .replace('namespace: istio-system', 'namespace: default')
    .replace('istio: ingressgateway', 'app: backend');
  const trusting = (count: number) =>
    meshConfig(
      `defaultConfig: {gatewayTopology: {numTrustedProxies: ${count}}}`,
    );
  const from = (ip: string, forwarded?: string): Partial<ProxyRequest> => ({
    source: { ip },
    ...(forwarded ? { headers: { 'X-Forwarded-For': forwarded } } : {}),
  });
  const CLIENT = '192.0.2.1';

  it.each([
    [trusting(0), from(CLIENT), 200],
    [trusting(0), from('10.0.0.1', CLIENT), 403],
    [trusting(1), from('10.0.0.1', CLIENT), 200],
    [trusting(1), from('10.0.0.1', `${CLIENT}, 10.0.0.2`), 403],
    [trusting(2), from('10.0.0.1', `${CLIENT}, 10.0.0.2`), 200],
    [trusting(2), from(CLIENT, '10.0.0.2'), 200],
    [trusting(1), from(CLIENT, 'unknown'), 200],
    [meshConfig('{}'), from('10.0.0.1', CLIENT), 403],
    ['', from('10.0.0.1', CLIENT), 'unknown'],
    ['', from(CLIENT), 200],
    ['', { headers: { 'x-forwarded-for': CLIENT } }, 'unknown'],
  ])('%s, %j: %s', (config, request, expected) => {
    expect(ask([config, policy], request).status).toBe(expected);
  });

  it('is the last hop for a sidecar', () => {
    const program = compileProxy(meshOf([sidecarPolicy]), SIDECAR);
    const status = (request: Partial<ProxyRequest>) =>
      decide(program, { port: 8080, ...request }).status;
    expect(status(from('10.0.0.1', `10.0.0.9,${CLIENT}`))).toBe(200);
    expect(status(from('10.0.0.1', `${CLIENT},10.0.0.9`))).toBe(403);
  });

  it('is the peer on a TCP chain', () => {
    const tcp = { protocol: 'tcp' as const };
    expect(ask([policy], { ...tcp, ...from(CLIENT) }).status).toBe(200);
    expect(ask([policy], { ...tcp, ...from('10.0.0.1', CLIENT) }).status).toBe(
      'closed',
    );
  });
});
