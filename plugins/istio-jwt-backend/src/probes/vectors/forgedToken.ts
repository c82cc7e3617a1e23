import { makeClaims, Vector } from './types';

export const FORGED_TOKEN_VECTORS: Vector[] = [
  {
    id: 'forged',
    title: 'Forged token with the right issuer',
    scope: 'issuer',
    makeToken: async context => {
      const claims = makeClaims(context);
      return {
        kind: 'token',
        text: await context.forge(claims, context.issuer.kid),
        validity: 'bad-signature',
        claims,
      };
    },
  },
];
