import { Decision, ProxyRequest, TraceStep } from '../model';
import { Program } from '../compile/program';
import { Evaluation, evaluate, mayBeRefused } from './evaluate';
import { traceEvaluation } from './trace';

/** @public */
export interface DecideOptions {
  /** Whether to write down what was looked at, which takes most of the time. Default true. */
  trace?: boolean;
}

/**
 * What a proxy answers to a request: status, body, response-code details, and a trace of what it
 * looked at. Total: never throws, whatever the request holds.
 *
 * @public
 */
export function decide(
  program: Program,
  request: ProxyRequest,
  options: DecideOptions = {},
): Decision {
  const evaluation = evaluate(program, request);
  return options.trace === false
    ? { ...answer(program, request, evaluation), trace: [] }
    : toDecision(program, request, evaluation);
}

/** @internal */
export function toDecision(
  program: Program,
  request: ProxyRequest,
  evaluation: Evaluation,
): Decision {
  const trace = traceEvaluation(program, request, evaluation);
  return { ...answer(program, request, evaluation), trace };
}

type Answer = Omit<Decision, 'trace'>;

function answer(
  program: Program,
  request: ProxyRequest,
  evaluation: Evaluation,
): Answer {
  const { precondition, jwt, custom, badCustom, passes } = evaluation;
  const { deny, allow, hangsOnMode } = evaluation;
  if (program.opaque.length > 0) return { status: 'unknown' };
  const tcp = request.protocol === 'tcp';
  // An HTTP caller sees whether mutual TLS closed the connection or a filter answered.
  const mayBeClosed = hangsOnMode && !tcp;
  if (precondition?.kind === 'bad-request') {
    return { status: mayBeClosed ? 'unknown' : precondition.status };
  }
  if (precondition) return { status: 'closed' };
  if (passes === true) return { status: 200 };
  const mayBe400 = mayBeRefused(evaluation.received, request);
  const isOther = custom.matched !== false || mayBe400 || mayBeClosed;
  if (passes === 'unknown' || isOther) return { status: 'unknown' };
  if (badCustom.matched === 'unknown') return { status: 'unknown' };
  if (badCustom.matched) {
    const id = `${badCustom.rule?.id}-deny-due-to-bad-CUSTOM-action`;
    return refusedByRbac(tcp, id);
  }
  if (jwt?.kind === 'refused') return refusedByJwt(jwt.status, jwt.body);
  // Refused either way, but by which of two filters is not known.
  if (jwt?.kind === 'unknown') return { status: 'unknown' };
  if (deny.matched === true) return refusedByRbac(tcp, deny.rule?.id ?? 'none');
  if (deny.matched === 'unknown' || allow.matched !== false) {
    return refusedByRbac(tcp, undefined);
  }
  return refusedByRbac(tcp, 'none');
}

/** Envoy has a fixed list of bodies, so this stays small. */
const detailsByBody = new Map<string, string>();

function refusedByJwt(status: 401 | 403, body: string | undefined): Answer {
  if (body === undefined) return { status };
  let details = detailsByBody.get(body);
  if (details === undefined) {
    details = `jwt_authn_access_denied{${body.replace(/\s/g, '_')}}`;
    detailsByBody.set(body, details);
  }
  return { status, body, details };
}

function refusedByRbac(tcp: boolean, id: string | undefined): Answer {
  const details =
    id === undefined
      ? {}
      : { details: `rbac_access_denied_matched_policy[${id}]` };
  return tcp
    ? { status: 'closed', ...details }
    : { status: 403, body: 'RBAC: access denied', ...details };
}

/** @internal Steps of a decision that say why it is `unknown`. */
export function unknownReasons(trace: readonly TraceStep[]): string[] {
  return trace
    .filter(step => step.outcome === 'unknown')
    .map(step => step.message);
}
