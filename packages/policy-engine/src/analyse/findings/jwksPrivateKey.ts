import { Detector, NOTHING } from '../detector';
import { readKeySet } from '../keySets';
import { nameOf } from '../rules';

export const jwksPrivateKey: Detector = {
  id: 'jwks-private-key',
  severity: 'error',
  title: 'A private key stands in the configuration',
  why: 'A key set needs public keys only. With the private part of a key, or with a symmetric key, everybody who may read the RequestAuthentication or a proxy’s configuration can sign tokens.',
  fix: 'Replace the key at the issuer, for it is known now, and write the public part alone. For symmetric keys use an issuer that signs with RSA or EC.',
  link: 'https://www.rfc-editor.org/rfc/rfc7517#section-9.2',
  inProvider: ({ jwks, policy, index }, { jwks: text }) => {
    if (jwks.kind !== 'inline' || !text) return NOTHING;
    return readKeySet(text)
      .filter(key => key.private)
      .map(({ kid, kty }) => {
        const name = kid === undefined ? '' : ` ${JSON.stringify(kid)}`;
        const what = kty === 'oct' ? 'symmetric key' : 'private part of key';
        return {
          message: `${nameOf(policy)} holds the ${what}${name}.`,
          path: `spec.jwtRules[${index}].jwks`,
        };
      });
  },
};
