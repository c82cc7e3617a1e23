import { CompiledPolicy } from './compilePolicy';
import { Check, Clause, CompiledRule } from './program';

/**
 * What ztunnel makes of policies: it knows connections only, and no action but ALLOW and DENY. A rule
 * of an ALLOW that asks for anything of HTTP is left out. In a DENY such fields are left out of their
 * `from` or `to` entry, and an entry or condition with nothing left never matches (istiod's
 * ambient/authorization.go, ztunnel's rbac.rs).
 */
export function toZtunnelPolicies(
  policies: readonly CompiledPolicy[],
): CompiledPolicy[] {
  return policies.flatMap(policy => {
    const { action, dryRun } = policy;
    if (dryRun || action === 'AUDIT' || action === 'CUSTOM') return [];
    const tcp = policy.http.flatMap(rule => {
      const kept = action === 'ALLOW' ? keepAllow(rule) : keepDeny(rule);
      return kept ? [kept] : [];
    });
    return [{ ...policy, http: [], tcp }];
  });
}

function keepAllow(rule: CompiledRule): CompiledRule | undefined {
  const clauses = [...rule.principals, ...rule.permissions];
  return clauses.every(clause => clause.every(isOfConnection))
    ? rule
    : undefined;
}

function keepDeny(rule: CompiledRule): CompiledRule | undefined {
  if (rule.malformed !== undefined) return rule;
  const principals = rule.principals.flatMap(keepEntry);
  const permissions = rule.permissions.flatMap(keepEntry);
  return principals.length > 0 && permissions.length > 0
    ? { ...rule, principals, permissions }
    : undefined;
}

/** Conditions of `when` stand beside each `from` entry. */
function keepEntry(clause: Clause): Clause[] {
  const conditions = clause.filter(({ field }) => field.startsWith('when['));
  const entry = clause.filter(check => !conditions.includes(check));
  if (!conditions.every(isOfConnection)) return [];
  const kept = entry.filter(isOfConnection);
  return entry.length > 0 && kept.length === 0
    ? []
    : [[...kept, ...conditions]];
}

const CONNECTION = new Set<Check['matchers'][number]['on']>([
  'principal',
  'namespace',
  'service-account',
  'source-ip',
  'destination-ip',
  'port',
]);

function isOfConnection({ field, matchers }: Check): boolean {
  return (
    matchers.every(({ on }) => CONNECTION.has(on)) &&
    !field.includes('(source.serviceAccount)')
  );
}
