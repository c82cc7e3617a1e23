import { Fixture, authentication } from '../__testUtils__/build';

const inline = (keys: string) =>
  authentication(`[{issuer: a, jwks: '{"keys":${keys}}'}]`);

/** Fixture of `jwks-private-key`. */
export const jwksPrivateKey: Fixture = {
  bad: [
    [inline('[{"kty":"RSA","kid":"a","n":"AQ","e":"AQAB","d":"AQ"}]')],
    [inline('[{"kty":"oct","k":"AQ"}]')],
  ],
  good: [[inline('[{"kty":"RSA","kid":"a","n":"AQ","e":"AQAB"}]')]],
};
