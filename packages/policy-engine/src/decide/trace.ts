import { ProxyRequest, TraceStep } from '../model';
import { Check, CompiledRule, Program, RuleSet } from '../compile/program';
import { rulesFor } from '../compile/ruleSet';
import { deciderOf, modeOf } from '../attach/mutualTls';
import { Evaluation, mayBeRefused } from './evaluate';
import { Facts } from './facts';
import { describeDoubt } from './jwtHeaders';
import { evaluateCheck, evaluateClause, evaluateRule } from './rbac';

type RbacFilter = 'rbac-custom' | 'rbac-audit' | 'rbac-deny' | 'rbac-allow';

/** Rules listed per filter; a filter with more says how many it left out. */
const MAX_STEPS = 100;

/** Writes down, filter by filter, what a proxy looked at. */
export function traceEvaluation(
  program: Program,
  request: ProxyRequest,
  evaluation: Evaluation,
): TraceStep[] {
  const { facts, precondition } = evaluation;
  const tls = traceMutualTls(program, request, evaluation);
  const opaque = program.opaque.map(
    (message): TraceStep => ({
      filter: 'rbac-custom',
      outcome: 'unknown',
      message,
    }),
  );
  if (precondition?.kind === 'bad-request') {
    return [
      ...opaque,
      ...tls,
      { filter: 'http-parser', outcome: 'refused', message: precondition.why },
    ];
  }
  if (precondition) return [...opaque, ...tls];
  const isTcp = request.protocol === 'tcp';
  const parser: TraceStep[] = mayBeRefused(facts, request)
    ? [
        {
          filter: 'http-parser',
          outcome: 'unknown',
          message: `${facts.refusedByHttp1}, and whether it comes by HTTP/1 is not known`,
        },
      ]
    : [];
  const filters = isTcp ? program.tcp : program.http;
  const steps = [
    ...opaque,
    ...tls,
    ...parser,
    ...traceRules('rbac-custom', filters.custom, evaluation.received),
  ];
  if (evaluation.badCustom.matched === true) return steps;
  steps.push(...traceJwt(evaluation, isTcp));
  if (evaluation.jwt?.kind === 'refused') return steps;
  steps.push(...traceRules('rbac-audit', filters.audit, facts));
  steps.push(...traceShadow('rbac-deny', filters.shadowDeny, facts));
  steps.push(...traceRules('rbac-deny', filters.deny, facts));
  if (evaluation.deny.matched === true) return steps;
  steps.push(...traceShadow('rbac-allow', filters.shadowAllow, facts));
  steps.push(...traceAllow(filters.allow, evaluation));
  return steps;
}

/** What is said of a proxy that is spoken to in mutual TLS, and takes none. */
export const TLS_REFUSED =
  'a DestinationRule has the proxy before this one use mutual TLS, and mutual TLS is DISABLE here';

function traceMutualTls(
  program: Program,
  request: ProxyRequest,
  { facts, precondition, hangsOnMode }: Evaluation,
): TraceStep[] {
  if (!program.mutualTls) return [];
  const { doubt } = program.mutualTls;
  const by = deciderOf(program.mutualTls, request.port);
  const resource = by ? { resource: by } : {};
  if (
    precondition?.kind === 'plaintext-refused' ||
    precondition?.kind === 'tls-refused'
  ) {
    const message =
      precondition.kind === 'plaintext-refused'
        ? 'mutual TLS is STRICT and the caller has no certificate'
        : TLS_REFUSED;
    return [
      {
        filter: 'peer-authentication',
        ...resource,
        outcome: 'refused',
        message,
      },
    ];
  }
  if (modeOf(program.mutualTls, request.port) !== 'unknown') return [];
  const what =
    hangsOnMode && facts.principal !== undefined
      ? 'whether callers show an identity'
      : 'whether plaintext is admitted';
  const message = `${doubt}, so ${what} is not known`;
  const outcome = hangsOnMode ? 'unknown' : 'skipped';
  return [{ filter: 'peer-authentication', ...resource, outcome, message }];
}

function traceJwt({ jwt }: Evaluation, isTcp: boolean): TraceStep[] {
  const filter = 'jwt_authn' as const;
  if (!jwt) {
    if (!isTcp) return [];
    return [
      {
        filter,
        outcome: 'skipped',
        message: 'a TCP connection carries no token',
      },
    ];
  }
  if (jwt.kind === 'unknown') {
    return [{ filter, outcome: 'unknown', message: jwt.why }];
  }
  const provider =
    jwt.kind === 'passed' ? jwt.effects?.last?.provider : jwt.provider;
  const resource = provider ? { resource: provider.policy } : {};
  const rule = provider ? { rule: provider.index } : {};
  if (jwt.kind === 'passed') {
    return [
      {
        filter,
        ...resource,
        ...rule,
        outcome: 'passed',
        message: passedWhy(jwt),
      },
    ];
  }
  const message = jwt.body ?? 'the token has a claim of the wrong type';
  return [{ filter, ...resource, ...rule, outcome: 'refused', message }];
}

function passedWhy({
  why,
  claims,
}: Extract<Evaluation['jwt'], { kind: 'passed' }>): string {
  if (why !== undefined || claims.kind !== 'verified') return why ?? '';
  return `a valid token of issuer ${JSON.stringify(claims.payload.iss ?? '')}`;
}

function traceAllow(set: RuleSet, { facts, allow }: Evaluation): TraceStep[] {
  const filter = 'rbac-allow' as const;
  if (set.present === false) {
    const message =
      'no ALLOW policy reaches this proxy, so everything is allowed';
    return [{ filter, outcome: 'passed', message }];
  }
  const steps = traceRules(filter, set, facts);
  if (allow.matched === false && set.present === true) {
    const message = 'ALLOW policies exist and none of their rules matches';
    steps.push({ filter, outcome: 'refused', message });
  }
  return steps;
}

function traceShadow(
  filter: RbacFilter,
  set: RuleSet,
  facts: Facts,
): TraceStep[] {
  return traceRules(filter, set, facts).map(step => ({
    ...step,
    outcome: step.outcome === 'matched' ? 'shadow' : 'skipped',
    message: `dry run, not enforced: ${step.message}`,
  }));
}

function traceRules(
  filter: RbacFilter,
  set: RuleSet,
  facts: Facts,
): TraceStep[] {
  const rules = set.present === false ? [] : rulesFor(set, facts.host);
  const steps = rules
    .slice(0, MAX_STEPS)
    .map(rule => traceRule(filter, rule, facts));
  if (rules.length > MAX_STEPS) {
    const message = `${rules.length - MAX_STEPS} more rules are not listed`;
    steps.push({ filter, outcome: 'skipped', message });
  }
  return steps;
}

function traceRule(
  filter: RbacFilter,
  rule: CompiledRule,
  facts: Facts,
): TraceStep {
  const step = { filter, resource: rule.policy, rule: rule.index };
  const matched = evaluateRule(rule, facts);
  if (rule.malformed !== undefined) {
    return { ...step, outcome: 'unknown', message: rule.malformed };
  }
  if (matched === true) return { ...step, ...describeMatch(rule) };
  const check = decisiveCheck(rule, facts, matched);
  const field = check ? { field: check.field } : {};
  return matched === 'unknown'
    ? {
        ...step,
        ...field,
        outcome: 'unknown',
        message: describeUnknown(check, facts),
      }
    : {
        ...step,
        ...field,
        outcome: 'not-matched',
        message: describeMiss(check),
      };
}

function describeMatch({
  external,
}: CompiledRule): Pick<TraceStep, 'outcome' | 'message'> {
  if (!external) return { outcome: 'matched', message: 'every field matches' };
  const outcome = external.effect === 'unknown' ? 'unknown' : 'refused';
  return { outcome, message: external.why };
}

/** The check that kept a rule from matching: of the clause that came furthest. */
function decisiveCheck(
  rule: CompiledRule,
  facts: Facts,
  result: false | 'unknown',
): Check | undefined {
  for (const side of [rule.permissions, rule.principals]) {
    const outcomes = side.map(clause => evaluateClause(clause, facts));
    const settles =
      result === false
        ? outcomes.every(outcome => outcome === false)
        : !outcomes.includes(true) && outcomes.includes('unknown');
    if (!settles) continue;
    const failing = side.map(clause =>
      clause.findIndex(check => evaluateCheck(check, facts) === result),
    );
    const furthest = Math.max(...failing);
    return side[failing.indexOf(furthest)]?.[furthest];
  }
  return undefined;
}

function describeMiss(check: Check | undefined): string {
  if (!check) return 'does not match';
  const values = check.matchers
    .map(({ text }) => JSON.stringify(text))
    .join(', ');
  return check.negated
    ? `excluded by ${check.field}: ${values}`
    : `${check.field} is none of ${values}`;
}

function describeUnknown(check: Check | undefined, facts: Facts): string {
  for (const matcher of check?.matchers ?? []) {
    if (matcher.on === 'unsupported') return matcher.reason;
    if (matcher.on !== 'header') continue;
    const { name } = matcher;
    if (facts.doubtful.includes(name)) return describeDoubt(name);
    if (facts.headerValues(name).length > 1) {
      return `header ${name} comes several times, and versions of Envoy compare it differently`;
    }
  }
  return check
    ? `the request does not say what ${check.field} compares`
    : 'cannot be told from this request';
}
