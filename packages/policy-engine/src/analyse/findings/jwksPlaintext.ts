import { Detector, NOTHING, REQUEST_AUTHENTICATION_DOCS } from '../detector';
import { nameOf } from '../rules';

export const jwksPlaintext: Detector = {
  id: 'jwks-plaintext',
  severity: 'warning',
  title: 'Keys are fetched without TLS',
  why: 'istiod trusts whatever the key set says. Over plain HTTP anybody on the network path can answer with keys of his own, and then sign tokens.',
  fix: 'Use an `https` address for `jwksUri`, or write the key set into `jwks`.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inProvider: ({ jwks, policy, index }) => {
    if (jwks.kind !== 'uri' || !/^http:\/\//i.test(jwks.uri)) return NOTHING;
    const host = /^http:\/\/([^/:]+)/i.exec(jwks.uri)?.[1] ?? '';
    const inside = /\.svc(\.|$)/.test(host) || !host.includes('.');
    return [
      {
        severity: inside ? 'info' : 'warning',
        message: `${nameOf(
          policy,
        )} has istiod fetch keys from ${host} without TLS.`,
        path: `spec.jwtRules[${index}].jwksUri`,
      },
    ];
  },
};
