import { decodeJwt } from 'jose';
import { Vector } from './types';

export const VALID_TOKEN_VECTORS: Vector[] = [
  {
    id: 'valid-token',
    title: 'Valid token',
    scope: 'issuer',
    makeToken: async ({ getValidToken, now }) => {
      const result = await getValidToken();
      if (result.kind === 'none') {
        return { kind: 'not-tested', reason: result.reason };
      }
      let claims: Record<string, unknown>;
      try {
        claims = decodeJwt(result.token);
      } catch {
        return {
          kind: 'not-tested',
          reason: 'The token source gave something that is not a JWT.',
        };
      }
      if (typeof claims.exp === 'number' && claims.exp + 60 < now) {
        return {
          kind: 'not-tested',
          reason:
            'The token of the configured source is expired. Renew it under istioJwt.tokenSources.',
        };
      }
      return { kind: 'token', text: result.token, validity: 'valid', claims };
    },
  },
];
