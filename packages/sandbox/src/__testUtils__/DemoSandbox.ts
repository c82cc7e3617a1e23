import { MintRequest, Sandbox, startSandbox } from '..';
import { ReceivedAnswer, SentRequest, sendRequest } from './sendRequest';

/** Issuers of the demo mesh. @internal */
export const TESTING = 'testing@secure.istio.io';
/** @internal */
export const LOGIN = 'https://login.example.com';

/** The demo mesh on free ports, with ways to send to its gateways. @internal */
export class DemoSandbox {
  private constructor(readonly sandbox: Sandbox) {}

  static async start(): Promise<DemoSandbox> {
    return new DemoSandbox(
      await startSandbox({ apiPort: 0, nodePorts: 'free' }),
    );
  }

  ingress(sent: SentRequest = {}): Promise<ReceivedAnswer> {
    return this.#send('istio-system/istio-ingressgateway', sent);
  }

  shared(sent: SentRequest): Promise<ReceivedAnswer> {
    return this.#send('edge/shared-gateway', sent);
  }

  orders(sent: SentRequest = {}): Promise<ReceivedAnswer> {
    return this.#send('orders/orders-gateway', {
      host: 'orders.example.com',
      ...sent,
    });
  }

  async mint(request: Partial<MintRequest> = {}): Promise<string> {
    const token = await this.sandbox.mintToken({
      issuer: TESTING,
      sub: TESTING,
      ...request,
    });
    return token!;
  }

  kube(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.sandbox.apiUrl}${path}`, {
      method,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  #send(service: string, sent: SentRequest) {
    const gateway = this.sandbox.gateways.find(
      entry => entry.service === service,
    );
    return sendRequest(gateway!.url, sent);
  }
}
