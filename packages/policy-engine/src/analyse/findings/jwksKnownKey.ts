import { Detector, NOTHING } from '../detector';
import { readKeySet } from '../keySets';
import { findPrivatePartOf } from '../knownKeys';
import { nameOf } from '../rules';

export const jwksKnownKey: Detector = {
  id: 'jwks-known-key',
  severity: 'error',
  title: 'Everybody can sign tokens',
  why: 'The private part of the key stands in samples or documentation. Proxies verify signatures and cannot know who else has the key: whoever reads it there signs tokens of this issuer, with any subject and any claims.',
  fix: 'Trust the key set of your own issuer. Keys of samples and standards are for trying things out.',
  link: 'https://github.com/istio/istio/tree/master/security/tools/jwt/samples',
  inProvider: ({ jwks, policy, index }, { jwks: text }) => {
    const path = `spec.jwtRules[${index}]`;
    if (jwks.kind === 'uri') {
      const place = findPrivatePartOf(jwks.uri);
      if (place === undefined) return NOTHING;
      const message = `${nameOf(policy)} trusts the key of ${
        jwks.uri
      }, whose private part stands in ${place}.`;
      return [{ message, path: `${path}.jwksUri` }];
    }
    if (jwks.kind !== 'inline' || !text) return NOTHING;
    return readKeySet(text).flatMap(({ kid, knownFrom }) => {
      if (knownFrom === undefined) return [];
      const name = kid === undefined ? 'a key' : `key ${JSON.stringify(kid)}`;
      const message = `${nameOf(
        policy,
      )} trusts ${name}, whose private part stands in ${knownFrom}.`;
      return [{ message, path: `${path}.jwks` }];
    });
  },
};
