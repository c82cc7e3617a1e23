import { cidrContains } from '../match/cidr';
import { matchesPattern, StringPattern } from '../match/stringPattern';
import { and, every, not, some, Tri } from '../match/tri';
import {
  Check,
  Clause,
  CompiledRule,
  Matcher,
  RuleSet,
} from '../compile/program';
import { rulesFor } from '../compile/ruleSet';
import { matchesClaim, matchesRequestPrincipal } from './checkClaims';
import { Facts } from './facts';

/** What one RBAC filter's rules say of a request. */
export interface RuleSetResult {
  matched: Tri;
  /** First rule, in Envoy's order, that matches; else the first that may. */
  rule?: CompiledRule;
}

/** OR over the rules of a filter. */
export function evaluateRuleSet(set: RuleSet, facts: Facts): RuleSetResult {
  if (set.present === false) return { matched: false };
  let uncertain: CompiledRule | undefined;
  for (const rule of rulesFor(set, facts.host)) {
    const matched = evaluateRule(rule, facts);
    if (matched === true) return { matched: true, rule };
    if (matched === 'unknown') uncertain ??= rule;
  }
  return uncertain
    ? { matched: 'unknown', rule: uncertain }
    : { matched: false };
}

export function evaluateRule(rule: CompiledRule, facts: Facts): Tri {
  if (rule.malformed !== undefined) return 'unknown';
  const permissions = some(rule.permissions, clause =>
    evaluateClause(clause, facts),
  );
  if (permissions === false) return false;
  const principals = some(rule.principals, clause =>
    evaluateClause(clause, facts),
  );
  return and(permissions, principals);
}

export function evaluateClause(clause: Clause, facts: Facts): Tri {
  return every(clause, check => evaluateCheck(check, facts));
}

export function evaluateCheck(check: Check, facts: Facts): Tri {
  const matched = some(check.matchers, matcher => matches(matcher, facts));
  return check.negated ? not(matched) : matched;
}

function matches(matcher: Matcher, facts: Facts): Tri {
  switch (matcher.on) {
    case 'principal':
    case 'namespace':
    case 'service-account':
      return (
        facts.principal !== undefined &&
        matchesPattern(matcher.pattern, facts.principal)
      );
    case 'request-principal':
      return matchesRequestPrincipal(facts, matcher.issuer, matcher.subject);
    case 'claim':
      return matchesClaim(facts, matcher.claim, matcher.pattern);
    case 'source-ip':
      return contains(matcher.range, facts.sourceIp);
    case 'remote-ip':
      return contains(matcher.range, facts.remoteIp);
    case 'destination-ip':
      return contains(matcher.range, facts.destinationIp);
    case 'host':
      return (
        facts.host !== undefined && matchesPattern(matcher.pattern, facts.host)
      );
    case 'method':
      return matchesPattern(matcher.pattern, facts.method);
    case 'path':
      return matchesPattern(matcher.pattern, facts.path);
    case 'header':
      return matchesHeader(facts, matcher.name, matcher.pattern);
    case 'port':
      return matcher.port === facts.port;
    case 'sni':
      return facts.sni === undefined
        ? 'unknown'
        : matchesPattern(matcher.pattern, facts.sni);
    default:
      return 'unknown';
  }
}

function matchesHeader(
  facts: Facts,
  name: string,
  pattern: StringPattern,
): Tri {
  const value = facts.headers.get(name);
  if (value !== undefined) return matchesPattern(pattern, value);
  const prefix = facts.tokenPrefixes.get(name);
  if (prefix === undefined) return false;
  if (pattern.kind === 'any') return true;
  if (pattern.kind !== 'prefix') return 'unknown';
  if (prefix.startsWith(pattern.value)) return true;
  // The token itself would have to tell.
  return pattern.value.startsWith(prefix) ? 'unknown' : false;
}

function contains(
  range: Parameters<typeof cidrContains>[0],
  address: string | undefined,
): Tri {
  if (address === undefined) return 'unknown';
  return cidrContains(range, address) ?? 'unknown';
}
