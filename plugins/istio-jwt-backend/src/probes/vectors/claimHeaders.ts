import { randomUUID } from 'node:crypto';
import { Vector } from './types';
import { sendValid } from './validToken';

/**
 * Envoy takes the headers that it writes claims into out of what a client sends. Whether it did shows
 * only where the service answers with the headers that it got.
 */
export const CLAIM_HEADER_VECTORS: Vector[] = [
  {
    id: 'claim-header-spoofed',
    title: 'Header of claims that the client wrote itself',
    group: 'request',
    scope: 'issuer',
    optIn: true,
    informative: true,
    makeRequest: async ({ issuer, getValidToken, now }) => {
      const [name] = issuer.claimHeaders;
      if (name === undefined) {
        return {
          kind: 'not-tested',
          reason: `The rule of issuer ${issuer.issuer} writes no claims into headers.`,
        };
      }
      const sent = sendValid(await getValidToken(), now);
      const marker = `istio-jwt-probe-${randomUUID()}`;
      return {
        kind: 'request',
        headers: { [name]: marker },
        tokens: sent.kind === 'request' ? sent.tokens : [],
        echo: marker,
      };
    },
  },
];
