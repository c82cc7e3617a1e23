import { Hop } from '../model';
import type { AnalysedWayIn } from '../assess/assessService';
import {
  Check,
  Clause,
  CompiledRule,
  Matcher,
  Program,
} from '../compile/program';
import { allRules } from '../compile/ruleSet';

/** Helpers that several detectors share. */

/** Every proxy of every way in, once. */
export function proxiesOf(
  waysIn: readonly AnalysedWayIn[],
): { hop: Hop; program: Program; way: AnalysedWayIn }[] {
  const seen = new Map<Program, Set<string>>();
  return waysIn.flatMap(way =>
    way.wayIn.hops.flatMap((hop, index) => {
      const program = way.programs[index];
      const chains = seen.get(program) ?? new Set();
      seen.set(program, chains);
      const chain = `${hop.protocol}/${hop.port}`;
      if (chains.has(chain)) return [];
      chains.add(chain);
      return [{ hop, program, way }];
    }),
  );
}

/** Enforced rules of a proxy, as far as they can matter to the way in's host. */
export function enforcedRules(
  program: Program,
): { rule: CompiledRule; action: 'ALLOW' | 'DENY' }[] {
  return (['ALLOW', 'DENY'] as const).flatMap(action =>
    allRules(program.http[action === 'ALLOW' ? 'allow' : 'deny'])
      .filter(rule => rule.malformed === undefined)
      .map(rule => ({ rule, action })),
  );
}

export function isIdentityMatcher(matcher: Matcher): boolean {
  return matcher.on === 'request-principal' || matcher.on === 'claim';
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

export function rulePath(rule: CompiledRule, field?: string): string {
  const base = `spec.rules[${rule.index}]`;
  return field === undefined ? base : `${base}.${field.replace(/ \(.*/, '')}`;
}

export function nameOf(ref: {
  kind: string;
  namespace?: string;
  name: string;
}): string {
  return `${ref.kind} ${ref.namespace ? `${ref.namespace}/` : ''}${ref.name}`;
}

export function quote(values: readonly string[], limit = 5): string {
  const shown = values
    .slice(0, limit)
    .map(value => JSON.stringify(value))
    .join(', ');
  return values.length > limit
    ? `${shown} and ${values.length - limit} more`
    : shown;
}

export function describeWayIn({ wayIn }: AnalysedWayIn): string {
  const place = wayIn.port > 0 ? `${wayIn.host}:${wayIn.port}` : wayIn.host;
  return wayIn.kind === 'gateway'
    ? `the gateway's ${place}`
    : `${place} inside the mesh`;
}
