import { TokenResult } from 'backstage-plugin-istio-jwt-node';
import { decodeJwt } from 'jose';
import { sendToken, Vector, VectorRequest } from './types';

/** Sends what a token source gave, or says why not. */
export function sendValid(result: TokenResult, now: number): VectorRequest {
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

const UNKNOWN_EXTENSION = 'istio-jwt-probe';

/** A valid token with more in its header than usual. */
function signed(
  id: string,
  title: string,
  header: Record<string, unknown>,
): Vector {
  return {
    id: `valid-${id}`,
    title,
    group: 'signature',
    scope: 'issuer',
    makeRequest: async ({ getValidToken, now }) =>
      sendValid(await getValidToken({ header }), now),
  };
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
      sendValid(await getValidToken({ claims: { sub: null } }), now),
  },
  signed('typ', 'Valid token of another type', { typ: 'at+jwt' }),
  // RFC 7515 section 4.1.11 wants such a token refused; Envoy does not look at `crit`.
  signed('crit', 'Valid token with an unknown critical extension', {
    crit: [UNKNOWN_EXTENSION],
    [UNKNOWN_EXTENSION]: true,
  }),
  signed('b64', 'Valid token that says how its payload is written', {
    crit: ['b64'],
    b64: true,
  }),
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
