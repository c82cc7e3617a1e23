import { IssuerUse, Mesh } from 'istio-jwt-policy-engine';
import { findKeySource, KeySource } from './KeySource';

/** A key source with every issuer that uses it. */
export interface UsedKeySource extends KeySource {
  issuers: Set<string>;
}

/** Key sources of all RequestAuthentications, in a steady order. */
export function listKeySources(
  meshes: readonly Mesh[],
): Map<string, UsedKeySource> {
  const sources: UsedKeySource[] = [];
  const byId = new Map<string, UsedKeySource>();
  for (const mesh of meshes) {
    for (const { spec } of mesh.list('RequestAuthentication')) {
      for (const rule of listRules(spec)) {
        const source = findKeySource(rule);
        const known = source && byId.get(source.id);
        known?.issuers.add(rule.issuer);
        if (source && !known) {
          const used = { ...source, issuers: new Set([rule.issuer]) };
          byId.set(source.id, used);
          sources.push(used);
        }
      }
    }
  }
  return new Map(
    sources
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(source => [source.id, source]),
  );
}

function listRules(spec: unknown): Pick<IssuerUse, 'issuer' | 'jwks'>[] {
  const rules = (spec as { jwtRules?: unknown } | undefined)?.jwtRules;
  return Array.isArray(rules)
    ? rules
        .filter(isObject)
        .map(({ issuer, jwks, jwksUri, jwks_uri: alias }) => ({
          issuer: typeof issuer === 'string' ? issuer : '',
          jwks: describeKeys(jwks, jwksUri || alias),
        }))
    : [];
}

function describeKeys(jwks: unknown, jwksUri: unknown): IssuerUse['jwks'] {
  if (typeof jwksUri === 'string' && jwksUri !== '') {
    return { kind: 'uri', uri: jwksUri };
  }
  return typeof jwks === 'string' && jwks !== ''
    ? { kind: 'inline' }
    : { kind: 'discovery' };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
