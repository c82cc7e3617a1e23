import { IssuerUse } from 'istio-jwt-policy-engine';
import { createHash } from 'node:crypto';

/** Where istiod reads the keys of an issuer. */
export interface KeySource {
  /** Stable over restarts and replicas. */
  id: string;
  issuer: string;
  jwks: { kind: 'uri'; uri: string } | { kind: 'discovery' };
}

/** The source of an issuer's keys. @returns undefined where they stand in the policy */
export function findKeySource({
  issuer,
  jwks,
}: Pick<IssuerUse, 'issuer' | 'jwks'>): KeySource | undefined {
  if (jwks.kind === 'inline') {
    return undefined;
  }
  // Who shares a key set shares its check, but for discovery, whose document names an issuer.
  const name = jwks.kind === 'uri' ? ['uri', jwks.uri] : ['discovery', issuer];
  return {
    id: createHash('sha256').update(JSON.stringify(name)).digest('hex'),
    issuer,
    jwks,
  };
}

/** The address that is asked first. istiod cuts one slash off the issuer too. */
export function firstUri({ issuer, jwks }: KeySource): string {
  return jwks.kind === 'uri'
    ? jwks.uri
    : `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}
