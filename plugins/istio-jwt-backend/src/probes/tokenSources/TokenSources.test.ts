import { TokenSource } from 'backstage-plugin-istio-jwt-node';
import { decodeJwt, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { createConfiguredSources } from './createConfiguredSources';
import { ReceivedToken, TokenReceiver } from './TokenReceiver';
import { TokenSources } from './TokenSources';

const wanted: ReceivedToken = {
  receiver: { kind: 'service' },
  issuer: 'https://issuer.example',
  audiences: ['shop'],
  cluster: 'c',
  host: 'shop.example.com',
};

describe('TokenSources', () => {
  it('says what to configure where there is no source', async () => {
    expect(await new TokenSources([]).getToken(wanted)).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('istioJwt.tokenSources'),
    });
  });

  it('gives a static token to its issuer and its hosts only', async () => {
    const sources = (hosts?: string[]) =>
      new TokenSources(
        createConfiguredSources([
          { kind: 'static', issuer: wanted.issuer, token: 'a.b.c', hosts },
        ]),
      );
    expect(await sources().getToken(wanted)).toEqual({
      kind: 'token',
      token: 'a.b.c',
    });
    expect(
      await sources().getToken({
        ...wanted,
        issuer: 'https://issuer.example/',
      }),
    ).toMatchObject({ kind: 'none' });
    expect(await sources(['*.example.com']).getToken(wanted)).toMatchObject({
      kind: 'token',
    });
    expect(await sources(['api.example.com']).getToken(wanted)).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('host'),
    });
  });

  const gateway = {
    kind: 'gateway',
    namespace: 'edge',
    name: 'public',
    isVerified: false,
  } as const;
  const https = { ...gateway, isVerified: true };
  const service = { kind: 'service' } as const;
  const hosts = ['*.example.com'];
  it.each<
    [string, TokenReceiver, { hosts?: string[]; gateways?: string[] }, boolean]
  >([
    ['http', gateway, {}, true],
    ['http', gateway, { hosts }, false],
    ['https', https, { hosts }, true],
    ['http', gateway, { hosts, gateways: ['edge/public'] }, true],
    ['http', gateway, { gateways: ['edge/*'] }, true],
    ['http', gateway, { hosts, gateways: ['edge/other'] }, false],
    ['https', https, { hosts, gateways: ['edge/other'] }, false],
    ['https', https, { hosts: ['a.example'], gateways: ['edge/*'] }, false],
    [
      'http, by its Gateway resource',
      { ...gateway, resource: { namespace: 'edge', name: 'gw' } },
      { gateways: ['edge/gw'] },
      true,
    ],
    [
      "http, by somebody else's Gateway resource that selects its Pods",
      { ...gateway, resource: { namespace: 'shared', name: 'gw' } },
      { gateways: ['shared/gw'] },
      false,
    ],
    ['a Service', service, { hosts }, true],
    ['a Service', service, { hosts, gateways: ['edge/*'] }, true],
    ['a Service', service, { gateways: ['edge/*'] }, false],
  ])('gives a token for %s (%j, %j): %s', async (_, receiver, only, given) => {
    const result = await new TokenSources(
      createConfiguredSources([
        { kind: 'static', issuer: wanted.issuer, token: 'a.b.c', ...only },
      ]),
    ).getToken({ ...wanted, receiver });
    expect(result.kind).toBe(given ? 'token' : 'none');
  });

  it('signs with a configured key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', {
      extractable: true,
    });
    const jwk = { ...(await exportJWK(privateKey)), kid: 'k1', alg: 'ES256' };
    const result = await new TokenSources(
      createConfiguredSources([
        { kind: 'signing-jwk', issuer: wanted.issuer, jwk },
      ]),
    ).getToken(wanted);
    const token = result.kind === 'token' ? result.token : '';
    await jwtVerify(token, publicKey, {
      issuer: wanted.issuer,
      audience: 'shop',
    });
    expect(decodeJwt(token).sub).toBeTruthy();
  });

  it('makes tokens with other claims where it signs them, and only there', async () => {
    const { privateKey } = await generateKeyPair('ES256', {
      extractable: true,
    });
    const jwk = { ...(await exportJWK(privateKey)), alg: 'ES256' };
    const { issuer } = wanted;
    const shaped = { ...wanted, claims: { sub: null, tier: 'gold' } };
    const signing = await new TokenSources(
      createConfiguredSources([{ kind: 'signing-jwk', issuer, jwk }]),
    ).getToken(shaped);
    const claims = decodeJwt(signing.kind === 'token' ? signing.token : '');
    expect(claims).toMatchObject({ iss: issuer, tier: 'gold' });
    expect(claims.sub).toBeUndefined();
    const fixed = await new TokenSources(
      createConfiguredSources([{ kind: 'static', issuer, token: 'a.b.c' }]),
    ).getToken(shaped);
    expect(fixed).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('other claims'),
    });
  });

  it.each<[string, TokenSource['getToken']]>([
    [
      'throws its secret',
      async () => {
        throw new Error('hunter2');
      },
    ],
    ['gives two headers', async () => ({ kind: 'token', token: 'a\r\nb: c' })],
    [
      'gives too much',
      async () => ({ kind: 'token', token: 'a'.repeat(20_000) }),
    ],
  ])('passes over a source that %s', async (_, getToken) => {
    const result = await new TokenSources([{ id: 'bad', getToken }]).getToken(
      wanted,
    );
    expect(result.kind).toBe('none');
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});
