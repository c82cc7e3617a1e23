import { Hop } from '../model';
import type { AnalysedWayIn } from '../assess/assessService';
import {
  Check,
  Clause,
  CompiledRule,
  Matcher,
  Program,
} from '../compile/program';
import { rulesFor } from '../compile/ruleSet';

/** Helpers that several detectors share. */

/** Every proxy of every way in, once. */
export function proxiesOf(
  waysIn: readonly AnalysedWayIn[],
): { hop: Hop; program: Program; way: AnalysedWayIn }[] {
  const seen = new Set<string>();
  return waysIn.flatMap(way =>
    way.wayIn.hops.flatMap((hop, index) => {
      const program = way.programs[index];
      const key = `${hop.protocol}/${hop.port}/${JSON.stringify(
        program.proxy,
      )}/${program.proxy.kind === 'gateway' ? way.wayIn.host : ''}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ hop, program, way }];
    }),
  );
}

/** Enforced rules of a proxy that may matter to a way in's host. */
export function enforcedRules(
  program: Program,
  way: AnalysedWayIn,
): { rule: CompiledRule; action: 'ALLOW' | 'DENY' }[] {
  const isGateway = program.proxy.kind === 'gateway';
  const { host } = way.wayIn;
  return (['ALLOW', 'DENY'] as const).flatMap(action => {
    const set = program.http[action === 'ALLOW' ? 'allow' : 'deny'];
    const all = [...set.general, ...[...set.byHost.values()].flat()];
    const rules =
      isGateway && !host.startsWith('*')
        ? rulesFor(set, host)
        : [...new Set(all)];
    return rules
      .filter(rule => rule.malformed === undefined)
      .map(rule => ({ rule, action }));
  });
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
export function requiresToken(program: Program, way: AnalysedWayIn): boolean {
  return enforcedRules(program, way).some(({ rule, action }) =>
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
