import { Detector, NOTHING, REQUEST_AUTHENTICATION_DOCS } from '../detector';
import { readKeySet, whyUnusable } from '../keySets';
import { nameOf } from '../rules';

export const jwksKid: Detector = {
  id: 'jwks-kid',
  severity: 'error',
  title: 'The key set has no key for a token',
  why: 'Envoy tries the keys whose `kid` and `alg` fit those of the token; a key without them fits every token. Where none is left it answers 401, `Jwks doesn’t have key to match kid or alg from Jwt`.',
  fix: "Write the issuer's whole key set, as it publishes it, or use `jwksUri`.",
  link: REQUEST_AUTHENTICATION_DOCS,
  inProvider: ({ jwks, policy, index }, { jwks: text }) => {
    if (jwks.kind !== 'inline' || !text) return NOTHING;
    const keys = readKeySet(text);
    const path = `spec.jwtRules[${index}].jwks`;
    const usable = keys.filter(key => whyUnusable(key) === undefined);
    if (usable.length === 0) {
      const [first] = keys;
      const why = first ? `: ${whyUnusable(first)}` : '';
      const message = `${nameOf(
        policy,
      )} has no usable key${why}. Every token gets 401.`;
      return [{ message, path }];
    }
    return keys.flatMap(key => {
      const why = whyUnusable(key);
      // Issuers publish keys for encryption in the same set.
      if (why === undefined || key.use === 'enc') return [];
      const name =
        key.kid === undefined ? 'A key' : `Key ${JSON.stringify(key.kid)}`;
      const message = `${name} of ${nameOf(
        policy,
      )} is of no use: ${why}. Tokens signed with it get 401.`;
      return [{ severity: 'warning' as const, message, path }];
    });
  },
};
