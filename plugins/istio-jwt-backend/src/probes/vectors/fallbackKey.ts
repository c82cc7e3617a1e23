import { CompactSign, importJWK } from 'jose';
import { headerOf, makeClaims, sendToken, Vector } from './types';

/**
 * Signs with the key pair that istiod put in the place of a key set that it could not read, until
 * 1.27.8, 1.28.5 and 1.29.1, and whose private half everybody could read in its source
 * (CVE-2026-31837). The key itself comes from the config: a private key is nothing to ship.
 */
export const FALLBACK_KEY_VECTORS: Vector[] = [
  {
    id: 'fallback-key',
    title: 'Token signed with Istio’s published fallback key (CVE-2026-31837)',
    group: 'signature',
    scope: 'issuer',
    optIn: true,
    makeRequest: async context => {
      if (!context.fallbackKey) {
        return {
          kind: 'not-tested',
          reason:
            'The published key is not configured. Set istioJwt.probes.fallbackKey to it, as a private JWK.',
        };
      }
      const claims = makeClaims(context);
      const text = await new CompactSign(
        new TextEncoder().encode(JSON.stringify(claims)),
      )
        .setProtectedHeader({
          alg: 'RS256',
          typ: 'JWT',
          ...headerOf(context.issuer),
        })
        .sign(await importJWK(context.fallbackKey, 'RS256'));
      return sendToken({ text, validity: 'bad-signature', claims });
    },
  },
];
