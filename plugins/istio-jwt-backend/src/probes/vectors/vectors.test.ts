import {
  compactVerify,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
} from 'jose';
import { createConfiguredSources, TokenSources } from '../tokenSources';
import { Forger } from '../Forger';
import { describeInformative } from '../describeInformative';
import { Vector, VectorContext, VectorRequest, VECTORS } from '.';

const ISSUER = 'https://idp.example';

async function makeContext(
  overrides: Partial<VectorContext> = {},
): Promise<VectorContext> {
  return {
    issuer: { issuer: ISSUER, audiences: [], keys: [], claimHeaders: [] },
    now: Math.floor(Date.now() / 1000),
    host: 'shop.example.com',
    path: '/',
    forger: await Forger.create(),
    getValidToken: async () => ({ kind: 'none', reason: 'no source' }),
    ...overrides,
  };
}

const find = (id: string): Vector =>
  VECTORS.find(vector => vector.id === id) as Vector;

function tokenOf(request: VectorRequest): string {
  return request.kind === 'request' ? request.tokens[0]?.text ?? '' : '';
}

describe('vectors', () => {
  it('test everything that needs no token without a source', async () => {
    const context = await makeContext();
    const untested = [];
    for (const vector of VECTORS.filter(({ optIn }) => !optIn)) {
      const made = await vector.makeRequest(context);
      if (made.kind === 'not-tested') untested.push(vector.id);
    }
    expect(untested.sort()).toEqual([
      'hmac-public-key',
      'valid-b64',
      'valid-crit',
      'valid-tampered',
      'valid-token',
      'valid-typ',
      'valid-without-sub',
    ]);
  });

  it('sign with the key that Istio published, only where asked to', async () => {
    const vector = find('fallback-key');
    expect(vector.optIn).toBe(true);
    const { privateKey, publicKey } = await generateKeyPair('RS256', {
      extractable: true,
    });
    const context = await makeContext();
    expect(await vector.makeRequest(context)).toMatchObject({
      kind: 'not-tested',
      reason: expect.stringContaining('istioJwt.probes.fallbackKey'),
    });
    const fallbackKey = await exportJWK(privateKey);
    const text = tokenOf(await vector.makeRequest({ ...context, fallbackKey }));
    const { payload } = await compactVerify(text, publicKey);
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({
      iss: ISSUER,
    });
  });

  it.each([
    ['valid-typ', { typ: 'at+jwt' }],
    ['valid-crit', { crit: ['istio-jwt-probe'], 'istio-jwt-probe': true }],
    ['valid-b64', { crit: ['b64'], b64: true }],
  ])('%s is signed where a source signs', async (id, header) => {
    const { privateKey } = await generateKeyPair('ES256', {
      extractable: true,
    });
    const jwk = { ...(await exportJWK(privateKey)), kid: 'k' };
    const sources = (config: object) =>
      new TokenSources(
        createConfiguredSources([{ issuer: ISSUER, ...config } as any]),
      );
    const make = async (config: object) =>
      find(id).makeRequest(
        await makeContext({
          getValidToken: shape =>
            sources(config).getToken({
              issuer: ISSUER,
              audiences: [],
              cluster: 'c',
              host: 'h',
              receiver: { kind: 'service' },
              ...shape,
            }),
        }),
      );
    const made = await make({ kind: 'signing-jwk', jwk });
    expect(decodeProtectedHeader(tokenOf(made))).toMatchObject({
      ...header,
      kid: 'k',
      alg: 'ES256',
    });
    expect(await make({ kind: 'static', token: 'a.b.c' })).toMatchObject({
      kind: 'not-tested',
    });
  });

  it('write into a header of claims, and tell what became of it', async () => {
    const vector = find('claim-header-spoofed');
    expect(vector).toMatchObject({ optIn: true, informative: true });
    expect(await vector.makeRequest(await makeContext())).toMatchObject({
      kind: 'not-tested',
    });
    const made = await vector.makeRequest(
      await makeContext({
        issuer: {
          issuer: ISSUER,
          audiences: [],
          keys: [],
          claimHeaders: ['x-claims'],
        },
      }),
    );
    const { headers, echo } = made as Extract<
      VectorRequest,
      { kind: 'request' }
    >;
    expect(headers).toEqual({ 'x-claims': echo });
    const answer = { kind: 'answer' as const, status: 200, durationMs: 1 };
    expect(describeInformative(made, { ...answer, echoed: true })).toEqual({
      result: 'inconclusive',
      note: expect.stringContaining('reaches the service'),
    });
    expect(
      describeInformative(made, { ...answer, echoed: false }).note,
    ).toContain('was taken out');
    expect(describeInformative(made, answer).note).toContain('could not');
  });
});
