import { forgeToken, makeClaims, sendToken, Vector } from './types';

function wrongAudience(id: string, title: string, aud: unknown): Vector {
  return {
    id: `audience-${id}`,
    title,
    group: 'claims',
    scope: 'issuer',
    makeRequest: async context => {
      const claims = makeClaims(context, { aud });
      // Envoy looks at the audience before the signature: 403 where audiences are configured.
      return sendToken(await forgeToken(context, claims));
    },
  };
}

export const WRONG_AUDIENCE_VECTORS: Vector[] = [
  wrongAudience(
    'wrong',
    'Forged token for another audience',
    'https://istio-jwt-probe.invalid',
  ),
  wrongAudience('missing', 'Forged token without audience', undefined),
];
