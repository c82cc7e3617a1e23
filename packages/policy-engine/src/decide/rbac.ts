import { cidrContains } from '../match/cidr';
import { NormalizedPath } from '../match/normalizePath';
import { matchesPattern, StringPattern } from '../match/stringPattern';
import { and, not, Tri } from '../match/tri';
import {
  CallerPattern,
  Check,
  Clause,
  CompiledRule,
  ExternalRule,
  Matcher,
  RuleSet,
} from '../compile/program';
import { scopedRules } from '../compile/ruleSet';
import { matchesClaim, matchesRequestPrincipal } from './checkClaims';
import { Facts } from './facts';

/** What one RBAC filter's rules say of a request. */
export interface RuleSetResult {
  matched: Tri;
  /** First rule, in Envoy's order, that matches; else the first that may. */
  rule?: CompiledRule;
}

export const NOT_MATCHED: RuleSetResult = { matched: false };

/**
 * OR over the rules of a filter.
 *
 * @param effect - only rules of CUSTOM policies with this effect
 */
export function evaluateRuleSet(
  set: RuleSet,
  facts: Facts,
  effect?: ExternalRule['effect'],
): RuleSetResult {
  if (set.present === false) return NOT_MATCHED;
  const general = evaluateRules(set.general, facts, effect);
  const scoped = evaluateRules(scopedRules(set, facts.host), facts, effect);
  return first(general, scoped);
}

/** The one of two results that Envoy comes to: it looks at rules in the order of their ids. */
function first(a: RuleSetResult, b: RuleSetResult): RuleSetResult {
  if (!a.rule) return b;
  if (!b.rule) return a;
  if (a.matched !== b.matched) return a.matched === true ? a : b;
  return a.rule.id < b.rule.id ? a : b;
}

function evaluateRules(
  rules: readonly CompiledRule[],
  facts: Facts,
  effect: ExternalRule['effect'] | undefined,
): RuleSetResult {
  let uncertain: CompiledRule | undefined;
  for (const rule of rules) {
    if (effect !== undefined && effectOf(rule) !== effect) continue;
    const matched = evaluateRule(rule, facts);
    if (matched === true) return { matched: true, rule };
    if (matched === 'unknown') uncertain ??= rule;
  }
  return uncertain ? { matched: 'unknown', rule: uncertain } : NOT_MATCHED;
}

/** A malformed policy may be of action CUSTOM and says no effect. */
function effectOf(rule: CompiledRule): ExternalRule['effect'] {
  return rule.external?.effect ?? 'unknown';
}

export function evaluateRule(rule: CompiledRule, facts: Facts): Tri {
  if (rule.malformed !== undefined) return 'unknown';
  const permissions = evaluateClauses(rule.permissions, facts);
  if (permissions === false) return false;
  return and(permissions, evaluateClauses(rule.principals, facts));
}

function evaluateClauses(clauses: readonly Clause[], facts: Facts): Tri {
  let result: Tri = false;
  for (const clause of clauses) {
    const matched = evaluateClause(clause, facts);
    if (matched === true) return true;
    if (matched === 'unknown') result = matched;
  }
  return result;
}

export function evaluateClause(clause: Clause, facts: Facts): Tri {
  let result: Tri = true;
  for (const check of clause) {
    const matched = evaluateCheck(check, facts);
    if (matched === false) return false;
    if (matched === 'unknown') result = matched;
  }
  return result;
}

export function evaluateCheck(check: Check, facts: Facts): Tri {
  let result: Tri = false;
  for (const matcher of check.matchers) {
    const matched = matches(matcher, facts);
    if (matched === true) return !check.negated;
    if (matched === 'unknown') result = matched;
  }
  return check.negated ? not(result) : result;
}

function matches(matcher: Matcher, facts: Facts): Tri {
  switch (matcher.on) {
    case 'principal':
    case 'namespace':
    case 'service-account':
      return matchesCaller(matcher, facts.principal);
    case 'trust-domain':
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
      return matchesPath(matcher.pattern, facts.target);
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

function matchesCaller(
  { pattern, loose }: CallerPattern,
  principal: string | undefined,
): Tri {
  if (principal === undefined) return false;
  if (matchesPattern(pattern, principal)) return true;
  return loose && matchesPattern(loose, principal) ? 'unknown' : false;
}

/** Where versions of Envoy make different paths of a request, only what holds of both is known. */
function matchesPath(
  pattern: StringPattern,
  { path, otherwise }: NormalizedPath,
): Tri {
  const matched = matchesPattern(pattern, path);
  if (otherwise === undefined) return matched;
  return matchesPattern(pattern, otherwise) === matched ? matched : 'unknown';
}

function matchesHeader(
  facts: Facts,
  name: string,
  pattern: StringPattern,
): Tri {
  if (facts.header(name) !== undefined) {
    return facts.matchHeader(name, value => matchesPattern(pattern, value));
  }
  const prefix = facts.tokenPrefixes.get(name);
  if (prefix === undefined) return false;
  if (pattern.kind === 'any') return facts.ifThere(name, true);
  if (pattern.kind !== 'prefix') return 'unknown';
  if (prefix.startsWith(pattern.value)) return facts.ifThere(name, true);
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
