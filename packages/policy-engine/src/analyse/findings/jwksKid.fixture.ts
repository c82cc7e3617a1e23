import { Fixture, authentication } from '../__testUtils__/build';

const inline = (keys: string) =>
  authentication(`[{issuer: a, jwks: '{"keys":${keys}}'}]`);

/** Fixture of `jwks-kid`. */
export const jwksKid: Fixture = {
  bad: [
    [inline('[]')],
    [inline('[{"kty":"EC","crv":"secp256k1","x":"AQ","y":"AQ"}]')],
    [
      inline(
        '[{"kty":"RSA","n":"AQ","e":"AQAB"},{"kty":"RSA","kid":"b","alg":"none","n":"AQ","e":"AQAB"}]',
      ),
    ],
  ],
  good: [
    [
      inline(
        '[{"kty":"RSA","kid":"a","alg":"RS256","n":"AQ","e":"AQAB"},{"kty":"RSA","use":"enc","alg":"RSA-OAEP","n":"AQ","e":"AQAB"}]',
      ),
    ],
  ],
};
