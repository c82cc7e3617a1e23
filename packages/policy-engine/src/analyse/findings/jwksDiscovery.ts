import { Detector, NOTHING, REQUEST_AUTHENTICATION_DOCS } from '../detector';
import { nameOf } from '../rules';

export const jwksDiscovery: Detector = {
  id: 'jwks-discovery',
  severity: 'error',
  title: 'Keys cannot be discovered from this issuer',
  why: 'Without `jwksUri` and `jwks` istiod asks `<issuer>/.well-known/openid-configuration` for the key set. Where the issuer is no web address it finds none, installs a key that signs nothing, and every token gets 401.',
  fix: 'Set `jwksUri`, or write the key set into `jwks`.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inProvider: ({ jwks, issuer, policy, index }) =>
    jwks.kind !== 'discovery' || /^https?:\/\/[^/\s]+/.test(issuer)
      ? NOTHING
      : [
          {
            message: `${nameOf(policy)} names no keys for ${JSON.stringify(
              issuer,
            )}, which is no address to discover them at.`,
            path: `spec.jwtRules[${index}]`,
          },
        ],
};
