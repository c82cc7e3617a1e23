import { IssuerUse, Mesh } from 'istio-jwt-policy-engine';
import { MAX_TIMEOUT_MS } from './checkKeySource';
import { findKeySource, KeySource } from './KeySource';

/** A key source with every issuer that uses it. */
export interface UsedKeySource extends KeySource {
  issuers: Set<string>;
  /** How long istiod waits for each document. */
  timeoutMs: number;
}

/** istiod's own, where a rule sets none. */
const DEFAULT_TIMEOUT_MS = 5000;

/** Key sources of all RequestAuthentications, in a steady order. */
export function listKeySources(
  meshes: readonly Mesh[],
): Map<string, UsedKeySource> {
  const sources: UsedKeySource[] = [];
  const byId = new Map<string, UsedKeySource>();
  for (const mesh of meshes) {
    for (const { spec } of mesh.list('RequestAuthentication')) {
      for (const { rule, source } of recallRules(spec)) {
        const known = source && byId.get(source.id);
        if (known) {
          known.issuers.add(rule.issuer);
          known.timeoutMs = Math.max(known.timeoutMs, rule.timeoutMs);
        }
        if (source && !known) {
          const used = {
            ...source,
            issuers: new Set([rule.issuer]),
            timeoutMs: rule.timeoutMs,
          };
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

interface FoundRule {
  rule: Rule;
  /** Undefined where the keys stand in the policy. */
  source: KeySource | undefined;
}

const found = new WeakMap<object, FoundRule[]>();

/** Of 50,000 policies, few differ from the last time: digests of all would stop everybody else. */
function recallRules(spec: unknown): FoundRule[] {
  if (!isObject(spec)) return [];
  let rules = found.get(spec);
  if (!rules) {
    rules = listRules(spec).map(rule => ({
      rule,
      source: findKeySource(rule),
    }));
    found.set(spec, rules);
  }
  return rules;
}

type Rule = Pick<IssuerUse, 'issuer' | 'jwks'> & { timeoutMs: number };

function listRules(spec: unknown): Rule[] {
  const rules = (spec as { jwtRules?: unknown } | undefined)?.jwtRules;
  return Array.isArray(rules)
    ? rules
        .filter(isObject)
        .map(({ issuer, jwks, jwksUri, jwks_uri: alias, timeout }) => ({
          issuer: typeof issuer === 'string' ? issuer : '',
          jwks: describeKeys(jwks, jwksUri || alias),
          timeoutMs: readTimeout(timeout),
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

/** A protobuf duration, such as `7s` or `1.5s`. */
function readTimeout(timeout: unknown): number {
  const [, seconds] =
    /^(\d{1,6}(?:\.\d{1,9})?)s$/.exec(String(timeout ?? '')) ?? [];
  const ms = Number(seconds ?? 0) * 1000;
  return ms > 0 ? Math.min(ms, MAX_TIMEOUT_MS) : DEFAULT_TIMEOUT_MS;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
