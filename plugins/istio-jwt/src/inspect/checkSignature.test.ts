/** @jest-environment node */
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';
import { buildService, buildWayIn } from '../__testUtils__/fixtures';
import { checkSignature, toValidity } from './checkSignature';
import { decodeToken } from './decodeToken';

const ISSUER = 'https://login.example';

async function sign(alg: string, key: CryptoKey, header: object = {}) {
  const text = await new CompactSign(
    new TextEncoder().encode(JSON.stringify({ iss: ISSUER })),
  )
    .setProtectedHeader({ alg, ...header })
    .sign(key);
  const token = decodeToken(text);
  if (token.kind !== 'decoded') throw new Error('not decoded');
  return token;
}

const REF = {
  kind: 'RequestAuthentication',
  namespace: 'istio-system',
  name: 'ingress-jwt',
};

function statusWith(keys: object[]): Parameters<typeof checkSignature>[1] {
  return {
    services: [
      buildService({
        waysIn: [
          buildWayIn({
            issuers: [
              {
                issuer: ISSUER,
                audiences: [],
                jwks: { kind: 'inline' },
                forwardOriginalToken: false,
                requestAuthentication: REF,
              },
            ],
          }),
        ],
      }),
    ],
    policies: [
      {
        cluster: 'main',
        ref: REF,
        yaml: JSON.stringify({
          apiVersion: 'security.istio.io/v1',
          kind: REF.kind,
          metadata: { namespace: REF.namespace, name: REF.name },
          spec: {
            jwtRules: [{ issuer: ISSUER, jwks: JSON.stringify({ keys }) }],
          },
        }),
      },
    ],
    issuerHealth: [],
  };
}

describe('checkSignature', () => {
  it.each(['RS256', 'ES256', 'EdDSA'])(
    'holds %s against the keys of the policy',
    async alg => {
      const own = await generateKeyPair(alg, { extractable: true });
      const other = await generateKeyPair(alg, { extractable: true });
      const keys = [
        { ...(await exportJWK(other.publicKey)), kid: 'b' },
        { ...(await exportJWK(own.publicKey)), kid: 'a' },
      ];
      const token = await sign(alg, own.privateKey, { kid: 'a' });
      expect(await checkSignature(token, statusWith(keys))).toEqual({
        kind: 'verified',
      });
      const unnamed = await sign(alg, own.privateKey);
      expect(await checkSignature(unnamed, statusWith(keys))).toEqual({
        kind: 'verified',
      });
      const forged = await checkSignature(
        await sign(alg, other.privateKey, { kid: 'a' }),
        statusWith(keys),
      );
      expect(forged).toEqual({ kind: 'fails' });
      expect(toValidity(forged)).toBe('bad-signature');
    },
  );

  it('does not take an HMAC keyed with a public key', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const key = await exportJWK(publicKey);
    const secret = await crypto.subtle.importKey(
      'raw',
      new TextEncoder().encode(JSON.stringify(key)),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    );
    expect(
      await checkSignature(await sign('HS256', secret), statusWith([key])),
    ).toEqual({ kind: 'fails' });
  });

  const at = '2026-01-01T00:00:00Z';
  const published = (kids: (string | undefined)[], keyCount = kids.length) =>
    ({
      ...statusWith([]),
      services: [],
      issuerHealth: [
        {
          issuer: ISSUER,
          health: {
            kind: 'healthy',
            checkedAt: at,
            keySet: {
              keyCount,
              keys: kids.map(kid => ({ kid, private: false })),
            },
          },
        },
      ],
    } as unknown as EntityStatus);

  it('compares key ids where it has no keys', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const token = await sign('RS256', privateKey, { kid: 'a' });
    expect(await checkSignature(token, published(['a', 'b']))).toEqual({
      kind: 'key-published',
      at,
    });
    expect(await checkSignature(token, published(['b']))).toEqual({
      kind: 'key-not-published',
      at,
      failing: false,
    });
    for (const status of [
      published(['b', undefined]),
      published(['b'], 80),
      { services: [], policies: [], issuerHealth: [] },
    ]) {
      expect((await checkSignature(token, status)).kind).toBe('not-checked');
    }
  });
});
