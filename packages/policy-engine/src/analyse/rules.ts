import type { AnalysedWayIn } from '../assess/assessService';
import { JsonPatchOperation, WayIn } from '../model';
import {
  Check,
  Clause,
  CompiledRule,
  Matcher,
  Program,
} from '../compile/program';
import { allRules } from '../compile/ruleSet';
import { ProxyUse } from './detector';

/** Helpers that several detectors share. */

export { nameOf } from '../parse';

/** Every proxy of every way in, once per port and protocol. */
export function proxiesOf(waysIn: readonly AnalysedWayIn[]): ProxyUse[] {
  const uses: ProxyUse[] = [];
  for (const way of waysIn) {
    way.wayIn.hops.forEach((hop, index) => {
      const program = way.programs[index];
      const isKnown = uses.some(
        use =>
          use.program === program &&
          use.hop.port === hop.port &&
          use.hop.protocol === hop.protocol,
      );
      if (!isKnown) uses.push({ hop, program, way, index });
    });
  }
  return uses;
}

/** Of the proxies on the way those that read HTTP: a connection of TCP carries no token to look at. */
export function programsOfHttp(
  { hops }: WayIn,
  programs: readonly Program[],
): Program[] {
  return programs.filter((_, index) => hops[index].protocol === 'http');
}

export interface EnforcedRule {
  rule: CompiledRule;
  action: 'ALLOW' | 'DENY';
}

const enforced = new WeakMap<Program, readonly EnforcedRule[]>();

/** Enforced rules of a proxy, as far as they can matter to the way in's host. */
export function enforcedRules(program: Program): readonly EnforcedRule[] {
  let rules = enforced.get(program);
  if (!rules) {
    const readable = (action: 'ALLOW' | 'DENY') =>
      allRules(program.http[action === 'ALLOW' ? 'allow' : 'deny'])
        .filter(rule => rule.malformed === undefined)
        .map(rule => ({ rule, action }));
    rules = [...readable('ALLOW'), ...readable('DENY')];
    enforced.set(program, rules);
  }
  return rules;
}

export function isIdentityMatcher(matcher: Matcher): boolean {
  return matcher.on === 'request-principal' || matcher.on === 'claim';
}

/** Whether it compares the caller's identity in mutual TLS. */
export function isPeerMatcher({ on }: Matcher): boolean {
  return (
    on === 'principal' ||
    on === 'namespace' ||
    on === 'service-account' ||
    on === 'trust-domain'
  );
}

/** Checks of a clause that only a verified token can meet. */
export function identityChecks(clause: Clause): Check[] {
  return clause.filter(
    check => !check.negated && check.matchers.some(isIdentityMatcher),
  );
}

/** Whether an ALLOW rule asks for a token, whichever of its `from` matches. */
export function needsToken(rule: CompiledRule): boolean {
  return (
    rule.principals.length > 0 &&
    rule.principals.every(clause => identityChecks(clause).length > 0)
  );
}

/** Whether a DENY rule lets through those who have a token. */
export function sparesTokens(rule: CompiledRule): boolean {
  return rule.principals.some(clause =>
    clause.some(
      check => check.negated && check.matchers.some(isIdentityMatcher),
    ),
  );
}

/** Whether a proxy's enforced rules ask for a verified token. */
export function requiresToken(program: Program): boolean {
  return enforcedRules(program).some(({ rule, action }) =>
    action === 'ALLOW' ? needsToken(rule) : sparesTokens(rule),
  );
}

/** Whether the rule reads request identity in any way. */
export function readsIdentity(rule: CompiledRule): boolean {
  return rule.principals.some(clause =>
    clause.some(check => check.matchers.some(isIdentityMatcher)),
  );
}

/** Every check of a rule on one attribute. */
export function checksOn(rule: CompiledRule, on: Matcher['on']): Check[] {
  return allChecks(rule).filter(({ matchers }) => matchers[0]?.on === on);
}

const checks = new WeakMap<CompiledRule, readonly Check[]>();

/** Every check of a rule; a condition stands in each `from`, and comes once. */
export function allChecks(rule: CompiledRule): readonly Check[] {
  let list = checks.get(rule);
  if (!list) {
    list = [...new Set([...rule.principals, ...rule.permissions].flat())];
    checks.set(rule, list);
  }
  return list;
}

export function rulePath(rule: CompiledRule, field?: string): string {
  const base = `spec.rules[${rule.index}]`;
  return field === undefined ? base : `${base}.${field.replace(/ \(.*/, '')}`;
}

/** JSON Pointer of the list of values that a check compares with. */
export function pointerOf(rule: CompiledRule, check: Check): string {
  const steps = check.field
    .replace(/ \(.*/, '')
    .replace(/\[(\d+)\]/g, '/$1')
    .replaceAll('.', '/');
  const list = check.negated ? 'notValues' : 'values';
  const tail = check.field.startsWith('when[') ? `/${list}` : '';
  return `/spec/rules/${rule.index}/${steps}${tail}`;
}

/** A value of a check, with the places in the policy's list where it stands. */
export interface ListedValue {
  text: string;
  matcher: Matcher;
  indexes: readonly number[];
}

/**
 * The distinct values of a check. A value that stands for several trust domains became several
 * matchers, one behind the other.
 */
export function valuesOf({ matchers }: Check): ListedValue[] {
  const values = new Map<string, { matcher: Matcher; indexes: number[] }>();
  let index = 0;
  for (let start = 0; start < matchers.length; ) {
    const matcher = matchers[start];
    let end = start + 1;
    while (matchers[end]?.text === matcher.text) end += 1;
    const run = matchers.slice(start, end);
    const copies = run.length / new Set(run.map(identityIn)).size;
    const value = values.get(matcher.text) ?? { matcher, indexes: [] };
    for (let i = 0; i < copies; i++) value.indexes.push(index++);
    values.set(matcher.text, value);
    start = end;
  }
  return [...values].map(([text, value]) => ({ text, ...value }));
}

/** Writes another value wherever a value stands. */
export function replaceValue(
  rule: CompiledRule,
  check: Check,
  { indexes }: Pick<ListedValue, 'indexes'>,
  value: string,
): JsonPatchOperation[] {
  const list = pointerOf(rule, check);
  return indexes.map(index => ({
    op: 'replace',
    path: `${list}/${index}`,
    value,
  }));
}

/** Adds values to a check's list. */
export function addValues(
  rule: CompiledRule,
  check: Check,
  values: readonly string[],
): JsonPatchOperation[] {
  const path = `${pointerOf(rule, check)}/-`;
  return values.map(value => ({ op: 'add', path, value }));
}

function identityIn(matcher: Matcher): string {
  if (matcher.on === 'principal') return matcher.principal;
  return matcher.on === 'trust-domain' ? matcher.domain : '';
}

export function proxyName({
  proxy,
}: {
  proxy: { kind: string; name: string };
}) {
  return `${proxy.kind} ${proxy.name}`;
}

export function issuerName(issuer: string): string {
  return issuer === '' ? 'any issuer' : JSON.stringify(issuer);
}

export function quote(values: readonly string[], limit = 5): string {
  return listFirst(
    values.map(value => JSON.stringify(value)),
    limit,
  );
}

/** The first of them, and how many more there are. */
export function listFirst(values: readonly string[], limit = 5): string {
  const shown = values.slice(0, limit).join(', ');
  return values.length > limit
    ? `${shown} and ${values.length - limit} more`
    : shown;
}

/** Whether every request that gets there passes without a token. */
export function needsNoToken({ assessment }: AnalysedWayIn): boolean {
  return /^(open|validated-only)$/.test(assessment.state);
}

/**
 * Whether a way in passes a proxy that is not the workload's: a gateway or a waypoint, whose policies may be for
 * this Service alone.
 */
export function isByProxyOfOthers({ kind, hops }: WayIn): boolean {
  return kind === 'gateway' || hops[0]?.proxy.kind === 'waypoint';
}

export function describeWayIn({ wayIn }: AnalysedWayIn): string {
  const place = wayIn.port > 0 ? `${wayIn.host}:${wayIn.port}` : wayIn.host;
  return wayIn.kind === 'gateway'
    ? `the gateway's ${place}`
    : `${place} inside the mesh`;
}
