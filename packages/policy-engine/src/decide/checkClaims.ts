import { matchesPattern, StringPattern } from '../match/stringPattern';
import { Tri } from '../match/tri';
import { Facts } from './facts';

/** Equality with a string claim, or with an element of a list claim. Other types never match. */
export function matchesClaim(
  facts: Facts,
  names: readonly string[],
  pattern: StringPattern,
): Tri {
  if (facts.claims.kind === 'unknown') return 'unknown';
  if (facts.claims.kind === 'none') return false;
  const value = readClaim(facts.claims.payload, names);
  if (typeof value === 'string') return matchesPattern(pattern, value);
  return (
    Array.isArray(value) &&
    value.some(
      item => typeof item === 'string' && matchesPattern(pattern, item),
    )
  );
}

/** `iss` and `sub` must be strings, and match. */
export function matchesRequestPrincipal(
  facts: Facts,
  issuer: StringPattern,
  subject: StringPattern,
): Tri {
  if (facts.claims.kind === 'unknown') return 'unknown';
  if (facts.claims.kind === 'none') return false;
  const { iss, sub } = facts.claims.payload;
  return (
    typeof iss === 'string' &&
    typeof sub === 'string' &&
    matchesPattern(issuer, iss) &&
    matchesPattern(subject, sub)
  );
}

function readClaim(
  payload: Record<string, unknown>,
  names: readonly string[],
): unknown {
  let value: unknown = payload;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return undefined;
    }
    value = Object.hasOwn(value, name)
      ? (value as Record<string, unknown>)[name]
      : undefined;
  }
  return value;
}
