import { DemoSandbox, LOGIN } from '../__testUtils__/DemoSandbox';

const PAYMENTS = 'payments.example.com';

describe('a gateway under changes', () => {
  let demo: DemoSandbox;

  beforeAll(async () => {
    demo = await DemoSandbox.start();
  });
  afterAll(() => demo.sandbox.stop());
  beforeEach(() => demo.sandbox.reset());

  it('follows a policy from the first request after the write', async () => {
    const host = 'reviews.example.com';
    expect((await demo.shared({ host })).status).toBe(200);
    const path =
      '/apis/security.istio.io/v1/namespaces/reviews/authorizationpolicies';
    await demo.kube('POST', path, {
      metadata: { name: 'closed' },
      spec: { action: 'ALLOW' },
    });
    expect((await demo.shared({ host })).status).toBe(403);
    await demo.kube('DELETE', `${path}/closed`);
    expect((await demo.shared({ host })).status).toBe(200);
  });

  it('serves what an Ingress says, under the policies that are there', async () => {
    const host = 'ingress.example.com';
    const token = await demo.mint();
    const serviceAt = async (at: string) =>
      JSON.parse((await demo.ingress({ host, path: at, token })).body).service;
    expect(await serviceAt('/apis')).toBe('default/backend');
    const path = '/apis/networking.k8s.io/v1/namespaces/default/ingresses';
    const service = { name: 'frontend', port: { name: 'http' } };
    await demo.kube('POST', path, {
      metadata: {
        name: 'frontend',
        annotations: { 'kubernetes.io/ingress.class': 'istio' },
      },
      spec: {
        rules: [
          {
            host,
            http: {
              paths: [
                { path: '/api', pathType: 'Prefix', backend: { service } },
              ],
            },
          },
        ],
      },
    });
    expect((await demo.ingress({ host, path: '/api/x' })).status).toBe(403);
    expect(await serviceAt('/api/x')).toBe('default/frontend');
    const other = await demo.ingress({ host, path: '/apis', token });
    expect(other.status).toBe(404);
  });

  it('refuses good tokens of the partners at the hands-on gateway', async () => {
    const token = await demo.mint({
      issuer: 'https://partners.example.net',
      sub: 'a',
    });
    const answer = await demo.ingress({ token, host: 'partners.example.com' });
    expect(answer).toMatchObject({
      status: 401,
      body: 'Jwt issuer is not configured',
    });
  });

  it('stands still where a Service is out of sync, and catches up afterwards', async () => {
    expect((await demo.orders()).status).toBe(200);
    for (const name of ['orders', 'orders-gateway']) {
      await demo.kube('PATCH', `/api/v1/namespaces/orders/services/${name}`, {
        metadata: { annotations: { 'sandbox.istio-jwt/out-of-sync': null } },
      });
    }
    expect((await demo.orders()).status).toBe(403);
    const token = await demo.mint({ issuer: LOGIN, sub: 'a' });
    expect((await demo.orders({ token })).status).toBe(200);
    demo.sandbox.reset();
    expect((await demo.orders()).status).toBe(200);
  });

  it('opens a port for a new gateway and closes that of a deleted one', async () => {
    const path = '/api/v1/namespaces/edge/services/shared-gateway';
    const before = await (await fetch(`${demo.sandbox.apiUrl}${path}`)).json();
    await demo.kube('DELETE', path);
    await expect(
      eventually(() => demo.shared({ host: PAYMENTS }), 'ECONNREFUSED'),
    ).resolves.toBe('ECONNREFUSED');
    await demo.kube('POST', '/api/v1/namespaces/edge/services', {
      ...before,
      metadata: { name: before.metadata.name },
    });
    await expect(
      eventually(
        async () => (await demo.shared({ host: PAYMENTS })).status,
        403,
      ),
    ).resolves.toBe(403);
  });

  /** Polls until the value or error code is the wanted one; gives the last after two seconds. */
  async function eventually(act: () => Promise<unknown>, wanted: unknown) {
    const deadline = Date.now() + 2000;
    for (;;) {
      const seen = await act().catch(error => error.code);
      if (seen === wanted || Date.now() > deadline) {
        return seen;
      }
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }
});
