import { DemoSandbox, LOGIN } from '../__testUtils__/DemoSandbox';

const PAYMENTS = 'payments.example.com';

describe('the gateway that teams share', () => {
  let demo: DemoSandbox;

  beforeAll(async () => {
    demo = await DemoSandbox.start();
  });
  afterAll(() => demo.sandbox.stop());
  beforeEach(() => demo.sandbox.reset());

  it('requires a token for one host only', async () => {
    const token = await demo.mint({ issuer: LOGIN, sub: 'a', aud: 'payments' });
    expect((await demo.shared({ host: PAYMENTS })).status).toBe(403);
    expect((await demo.shared({ host: `${PAYMENTS}:8080` })).status).toBe(403);
    expect((await demo.shared({ host: PAYMENTS, token })).status).toBe(200);
    expect((await demo.shared({ host: 'reviews.example.com' })).status).toBe(
      200,
    );
  });

  it('lets the sidecar refuse a foreign audience with 403', async () => {
    const token = await demo.mint({ issuer: LOGIN, sub: 'a', aud: 'other' });
    const answer = await demo.shared({ host: PAYMENTS, token });
    expect(answer).toMatchObject({
      status: 403,
      body: 'Audiences in Jwt are not allowed',
    });
    expect(answer.headers['www-authenticate']).toContain('invalid_token');
  });

  it('exempts /healthz of inventory, and nothing that only looks like it', async () => {
    const host = 'inventory.example.com';
    expect((await demo.shared({ host, path: '/healthz' })).status).toBe(200);
    expect((await demo.shared({ host, path: '//healthz' })).status).toBe(403);
    expect((await demo.shared({ host, path: '/stock' })).status).toBe(403);
  });

  it('answers an empty 404 to a host that nobody routes', async () => {
    const answer = await demo.shared({ host: 'nobody.example.com' });
    expect(answer).toMatchObject({ status: 404, body: '' });
    expect(answer.headers.server).toBe('istio-envoy');
  });

  it('answers HEAD without a body, and refuses what Envoy refuses to parse', async () => {
    const host = 'reviews.example.com';
    const head = await demo.shared({ host, method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '' });
    const headers = { 'x-long': 'x'.repeat(61 * 1024) };
    expect((await demo.shared({ host, headers })).status).toBe(431);
  });
});
