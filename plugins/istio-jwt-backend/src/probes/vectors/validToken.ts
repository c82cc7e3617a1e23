import { TokenResult } from 'backstage-plugin-istio-jwt-node';
import { decodeJwt } from 'jose';
import { sendToken, Vector, VectorRequest } from './types';

/** Sends what a token source gave, or says why not. */
function sendValid(result: TokenResult, now: number): VectorRequest {
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
  return sendToken({
    text: result.token,
    validity: 'valid',
    claims,
    secret: true,
  });
}

export const VALID_TOKEN_VECTORS: Vector[] = [
  {
    id: 'valid-token',
    title: 'Valid token',
    group: 'credentials',
    scope: 'issuer',
    makeRequest: async ({ getValidToken, now }) =>
      sendValid(await getValidToken(), now),
  },
  {
    id: 'valid-without-sub',
    title: 'Valid token without subject',
    group: 'claims',
    scope: 'issuer',
    makeRequest: async ({ getValidToken, now }) =>
      sendValid(await getValidToken({ sub: null }), now),
  },
  {
    id: 'valid-tampered',
    title: 'Valid token with a changed subject',
    group: 'signature',
    scope: 'issuer',
    makeRequest: async ({ getValidToken, now }) => {
      const sent = sendValid(await getValidToken(), now);
      if (sent.kind === 'not-tested') return sent;
      const [token] = sent.tokens;
      const claims = { ...token.claims, sub: 'istio-jwt-probe-tampered' };
      const [header, , signature] = token.text.split('.');
      const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
      return sendToken({
        ...token,
        text: `${header}.${payload}.${signature}`,
        validity: 'bad-signature',
        claims,
      });
    },
  },
];
