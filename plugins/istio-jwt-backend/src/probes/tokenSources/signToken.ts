import { TokenRequest } from 'backstage-plugin-istio-jwt-node';
import { importJWK, JWK, SignJWT } from 'jose';

const LIFETIME_S = 300;
const EC_ALGORITHMS: Record<string, string> = {
  'P-384': 'ES384',
  'P-521': 'ES512',
};

/** The algorithm that a private JWK signs with, where it does not say. */
export function chooseAlgorithm({ alg, kty, crv }: JWK): string {
  if (alg !== undefined) {
    return alg;
  }
  switch (kty) {
    case 'EC':
      return EC_ALGORITHMS[crv ?? ''] ?? 'ES256';
    case 'OKP':
      return 'EdDSA';
    case 'oct':
      return 'HS256';
    default:
      return 'RS256';
  }
}

/** Signs a token of a test issuer with its private key. */
export async function signToken(
  jwk: JWK,
  { issuer, audiences, claims = {}, header = {} }: TokenRequest,
): Promise<string> {
  const alg = chooseAlgorithm(jwk);
  const now = Math.floor(Date.now() / 1000);
  const payload = Object.entries({
    iss: issuer,
    sub: 'istio-jwt-probe',
    iat: now,
    exp: now + LIFETIME_S,
    ...(audiences.length > 0 ? { aud: audiences } : {}),
    ...claims,
  }).filter(([, value]) => value !== null);
  return (
    new SignJWT(Object.fromEntries(payload))
      .setProtectedHeader({
        typ: 'JWT',
        ...(jwk.kid ? { kid: jwk.kid } : {}),
        ...header,
        alg,
      })
      // Critical parameters that are asked for are understood by nobody, which is the point.
      .sign(await importJWK(jwk, alg), {
        crit: Object.fromEntries(
          (Array.isArray(header.crit) ? header.crit : []).map(name => [
            name,
            true,
          ]),
        ),
      })
  );
}
