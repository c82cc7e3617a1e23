import { decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose';
import { composeRequest } from './composeRequest';
import { Forger } from './Forger';
import { WayInPlan } from './planProbes';
import { VectorContext, VECTORS } from './vectors';

const plan = {
  host: 'shop.example.com',
  origin: { kind: 'outside' },
  wayIn: { port: 80, protocol: 'http', hops: [] },
} as unknown as WayInPlan;

const VALID = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJpIn0.c2VjcmV0';

async function makeContext(): Promise<VectorContext> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', {
    extractable: true,
  });
  return {
    issuer: {
      issuer: 'https://idp.example',
      audiences: ['shop'],
      keys: [{ ...(await exportJWK(publicKey)), kid: 'key-1' }],
      claimHeaders: ['x-claims'],
    },
    now: Math.floor(Date.now() / 1000),
    host: 'shop.example.com',
    path: '/api/items',
    forger: await Forger.create(),
    fallbackKey: await exportJWK(privateKey),
    getValidToken: async () => ({ kind: 'token', token: VALID }),
  };
}

describe('composeRequest', () => {
  it.each(VECTORS.map(vector => [vector.id, vector] as const))(
    'shows nothing of a token: %s',
    async (_, vector) => {
      const context = await makeContext();
      const made = await vector.makeRequest(context);
      if (made.kind === 'not-tested') throw new Error(made.reason);
      const composed = composeRequest(plan, made, {
        path: context.path,
        usual: { kind: 'header', name: 'authorization', prefix: 'Bearer ' },
        userAgent: 'probe/1',
      });
      if (composed.kind === 'not-tested') throw new Error(composed.reason);
      const { wire, shown, engine } = composed;
      expect(JSON.stringify(shown)).not.toMatch(/eyJ|access_token/);
      expect(`${JSON.stringify(engine)}${wire.path}`).not.toContain(VALID);
      expect(wire.path).toMatch(/^\/[\x21-\x7e]*$/);
      for (const { text } of made.tokens) {
        expect(JSON.stringify(wire)).toContain(text);
      }
    },
  );

  it('says what a gateway wants to hear before it sends anything on', () => {
    const required = { 'x-forwarded-proto': 'https' };
    const composed = composeRequest(
      { ...plan, wayIn: { ...plan.wayIn, requiredHeaders: required } },
      { kind: 'request', tokens: [], headers: { 'x-vector': 'a' } },
      {
        path: '/',
        usual: { kind: 'header', name: 'authorization', prefix: 'Bearer ' },
        userAgent: 'probe/1',
      },
    );
    expect(composed).toMatchObject({
      wire: { headers: { ...required, 'x-vector': 'a' } },
      engine: { headers: { ...required, 'x-vector': 'a' } },
    });
  });

  it('has one id for each vector', () => {
    const ids = VECTORS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('puts no valid token into a URL', async () => {
    const valid = VECTORS.find(({ id }) => id === 'valid-token')!;
    const made = await valid.makeRequest(await makeContext());
    if (made.kind === 'not-tested') throw new Error(made.reason);
    const options = { path: '/', userAgent: 'probe/1' };
    expect(
      composeRequest(plan, made, {
        ...options,
        usual: { kind: 'query', name: 'access_token' },
      }),
    ).toMatchObject({
      kind: 'not-tested',
      reason: expect.stringContaining('URL'),
    });
    expect(
      composeRequest(plan, made, {
        ...options,
        usual: { kind: 'cookie', name: 'sid' },
      }),
    ).toMatchObject({ wire: { headers: { cookie: `sid=${VALID}` } } });
  });

  it('names the issuer’s own key in forged tokens', async () => {
    const forged = VECTORS.find(({ id }) => id === 'forged')!;
    const made = await forged.makeRequest(await makeContext());
    if (made.kind === 'not-tested') throw new Error(made.reason);
    expect(decodeProtectedHeader(made.tokens[0].text)).toMatchObject({
      alg: 'RS256',
      kid: 'key-1',
    });
  });

  describe('from inside the mesh', () => {
    const inside = (connects: string) =>
      ({
        ...plan,
        origin: {
          kind: 'prober',
          prober: {
            caller: {
              identity: 'cluster.local/ns/default/sa/frontend',
              namespace: 'default',
              connects,
            },
          },
        },
      } as unknown as WayInPlan);
    const compose = async (id: string, connects = 'with-identity') => {
      const context = await makeContext();
      const made = await VECTORS.find(each => each.id === id)!.makeRequest(
        context,
      );
      if (made.kind === 'not-tested') throw new Error(made.reason);
      return composeRequest(inside(connects), made, {
        path: context.path,
        usual: { kind: 'header', name: 'authorization', prefix: 'Bearer ' },
        userAgent: 'probe/1',
      });
    };

    it('tells the engine who asks, where the other side sees it', async () => {
      expect(await compose('no-token')).toMatchObject({
        engine: {
          source: {
            principal: 'cluster.local/ns/default/sa/frontend',
            namespace: 'default',
          },
        },
      });
      const plain = await compose('no-token', 'plaintext');
      expect(plain).toMatchObject({ engine: { source: undefined } });
    });

    it('asks for no other host, which would lead elsewhere', async () => {
      expect(await compose('host-port')).toMatchObject({ kind: 'not-tested' });
    });
  });
});
