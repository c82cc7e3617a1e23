import { makeClaims, Vector } from './types';

/** Istio allows 60 s of clock skew; an hour leaves no doubt. */
const EXPIRED_FOR_S = 3600;

/** Envoy looks at the times before the signature, so a forged token tells. */
export const EXPIRED_TOKEN_VECTORS: Vector[] = [
  {
    id: 'expired',
    title: 'Expired token',
    scope: 'issuer',
    makeToken: async context => {
      const claims = makeClaims(context, {
        iat: context.now - EXPIRED_FOR_S - 300,
        exp: context.now - EXPIRED_FOR_S,
      });
      return {
        kind: 'token',
        text: await context.forge(claims, context.issuer.kid),
        validity: 'expired',
        claims,
      };
    },
  },
];
