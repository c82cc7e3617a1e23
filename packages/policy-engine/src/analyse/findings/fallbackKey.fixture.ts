import { authentication, Fixture, istiod } from '../__testUtils__/build';

const INLINE = authentication(
  `[{issuer: a, jwks: '{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"}]}'}]`,
);

/** Fixture of `fallback-key`. */
export const fallbackKey: Fixture = {
  bad: [
    [istiod('1.27.7'), authentication()],
    [istiod('1.28.4-distroless'), authentication()],
    [istiod('1.29.0'), authentication()],
    [istiod('1.24.3'), authentication()],
  ],
  good: [
    [istiod('1.27.8'), authentication()],
    [istiod('1.28.5'), authentication()],
    [istiod('1.29.1'), authentication()],
    [istiod('1.30.0'), authentication()],
    [istiod('1.26.8-asm.3'), authentication()],
    [istiod('latest'), authentication()],
    [istiod('1.27.0'), INLINE],
    [istiod('1.27.0')],
    [authentication()],
  ],
};
