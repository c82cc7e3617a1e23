import { RequestToken } from 'istio-jwt-policy-engine';
import { forgeToken, makeClaims, sendToken, Vector } from './types';

/** Istio allows 60 s of clock skew; an hour leaves no doubt. */
const BEYOND_SKEW_S = 3600;

function untimely(
  id: string,
  title: string,
  validity: RequestToken['validity'],
  times: (now: number) => Record<string, number>,
): Vector {
  return {
    id,
    title,
    group: 'claims',
    scope: 'issuer',
    makeRequest: async context => {
      const claims = makeClaims(context, times(context.now));
      // Envoy looks at the times before the signature, so a forged token tells.
      return sendToken(await forgeToken(context, claims, validity));
    },
  };
}

export const TOKEN_TIME_VECTORS: Vector[] = [
  untimely('expired', 'Expired token', 'expired', now => ({
    iat: now - BEYOND_SKEW_S - 300,
    exp: now - BEYOND_SKEW_S,
  })),
  untimely(
    'not-yet-valid',
    'Token that is not yet valid',
    'not-yet-valid',
    now => ({
      nbf: now + BEYOND_SKEW_S,
      exp: now + BEYOND_SKEW_S + 300,
    }),
  ),
];
