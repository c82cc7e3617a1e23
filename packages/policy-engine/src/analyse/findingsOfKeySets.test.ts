import { assessService, findingsOfKeySets, KeySetFact } from '..';
import { meshOf } from '../__testUtils__/mesh';
import { authentication } from './__testUtils__/build';
import { BASE } from './__testUtils__/fixtures';

const URI = 'https://idp.example/keys';
const ISSUER = 'https://idp.example';
const RULE = `{issuer: "${ISSUER}", jwksUri: "${URI}"}`;

function told(result: KeySetFact['result'], more: Partial<KeySetFact> = {}) {
  const mesh = meshOf([BASE, authentication(`[${RULE}]`)]);
  const assessment = assessService(mesh, {
    namespace: 'default',
    name: 'backend',
  });
  return findingsOfKeySets(assessment, [
    { issuer: ISSUER, uri: URI, result, ...more },
  ]);
}

const KEY = { kty: 'RSA', kid: 'a', alg: 'RS256', private: false };

describe('findingsOfKeySets', () => {
  it('says that a set cannot be read', () => {
    const [found] = told({ kind: 'unreachable', reason: 'timeout' });
    expect(found).toMatchObject({
      id: 'jwks-unreachable',
      severity: 'error',
      resource: { kind: 'RequestAuthentication', name: 'backend-jwt' },
    });
    expect(found.message).toContain('timeout');
  });

  it('says that no key fits the tokens in use', () => {
    const tokens = [
      { kid: 'a', alg: 'RS256' },
      { kid: 'b', alg: 'RS256' },
      { kid: 'a', alg: 'ES256' },
    ];
    const found = told({ kind: 'read', keys: [KEY] }, { tokens });
    expect(found.map(({ id }) => id)).toEqual(['jwks-kid', 'jwks-kid']);
    expect(found[0].message).toContain('"b"');
    expect(found[1].message).toContain('"ES256"');
  });

  it('says that no key is usable, and that one is private', () => {
    const found = told({
      kind: 'read',
      keys: [{ kty: 'EC', crv: 'secp256k1', private: true }],
    });
    expect(found.map(({ id }) => id)).toEqual(['jwks-kid', 'jwks-private-key']);
  });

  it('says that everybody has the key', () => {
    const knownFrom = 'RFC 7515, appendix A.2';
    const [found] = told({ kind: 'read', keys: [{ ...KEY, knownFrom }] });
    expect(found).toMatchObject({
      id: 'jwks-known-key',
      severity: 'error',
      message: `${URI} has key "a", whose private part stands in ${knownFrom}.`,
    });
  });

  it.each(['constructor', '__proto__'])('says that %s is no key type', kty => {
    const keys = [{ kty, alg: 'RS256', crv: 'P-256', private: false }];
    expect(told({ kind: 'read', keys }).map(({ id }) => id)).toEqual([
      'jwks-kid',
    ]);
  });

  it('says nothing of a sound set, nor of another', () => {
    expect(
      told(
        { kind: 'read', keys: [KEY] },
        { tokens: [{ kid: 'a', alg: 'RS256' }] },
      ),
    ).toEqual([]);
    const down = { kind: 'unreachable', reason: 'timeout' } as const;
    expect(told(down, { uri: 'https://other.example/keys' })).toEqual([]);
    expect(told(down, { issuer: 'https://other.example' })).toEqual([]);
  });
});
