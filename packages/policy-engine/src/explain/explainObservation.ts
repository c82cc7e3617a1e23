import { Decision, ProxyRequest, WayIn } from '../model';
import { Mesh } from '../attach/Mesh';
import {
  decideWayIn,
  WayInDecision,
  WayInOptions,
} from '../decide/decideWayIn';
import { findAlternative } from './alternatives';
import { explainMatch } from './explainMatch';
import { explain } from './explain';
import { DecidingRule, decidingRule, lastOf } from './decidingRule';
import { describe, normalize, sameText } from './describeAnswer';
import { whyNotFromHere } from './notFromHere';
import {
  AnswerOrigin,
  ObservedAnswer,
  readAnswer,
  ReadAnswer,
} from './observation';

/**
 * What an observed answer means.
 *
 * - `matches`: the configuration gives this answer to this request
 * - `differs`: it gives another; `summary` says what could explain the one seen
 * - `not-from-here`: no proxy of the way in can give this answer
 * - `undecided`: the engine cannot tell what the configuration gives
 *
 * @public
 */
export interface ObservationExplanation {
  kind: 'matches' | 'differs' | 'not-from-here' | 'undecided';
  origin: AnswerOrigin;
  /** For a person, in one to three sentences. */
  summary: string;
  /** The smallest change that helps, where one is known. */
  fix?: string;
  rule?: DecidingRule;
  /** What the configuration gives. */
  predicted: Pick<Decision, 'status' | 'body' | 'details'>;
}

/**
 * Leads from an answer that was seen to the rule that decided and the smallest fix, or says that the
 * answer cannot come from this configuration.
 *
 * @param wayIn - from {@link assessService}
 * @param request - what the client sent, with the decoded claims of its tokens and their validity
 * @public
 */
export function explainObservation(
  mesh: Mesh,
  wayIn: WayIn,
  request: ProxyRequest,
  observed: ObservedAnswer,
  options: WayInOptions = {},
): ObservationExplanation {
  const seen = readAnswer(observed, request.method);
  const decision = decideWayIn(mesh, wayIn, request, options);
  const last = lastOf(decision);
  const rule = decidingRule(mesh, decision);
  const base = {
    origin: originFor(seen, decision),
    predicted: {
      status: decision.status,
      ...(decision.body === undefined ? {} : { body: decision.body }),
      ...(last?.details === undefined ? {} : { details: last.details }),
    },
  };
  if (decision.status === 'unknown') {
    const why = decision.reason ?? (last ? explain(last).summary : '');
    return {
      ...base,
      kind: 'undecided',
      summary: `${describe(
        seen,
      )} What the configuration gives is not known: ${why}`,
    };
  }
  if (isAnswer(decision, seen)) {
    return {
      ...base,
      kind: 'matches',
      ...explainMatch(mesh, wayIn, request, decision, options),
      ...(rule ? { rule } : {}),
    };
  }
  const foreign = whyNotFromHere(mesh, wayIn, decision, seen);
  if (foreign) return { ...base, kind: 'not-from-here', ...foreign };
  return {
    ...base,
    kind: 'differs',
    ...explainDifference(mesh, wayIn, request, decision, seen, options),
    ...(rule ? { rule } : {}),
  };
}

/** Whether a decision is the answer that was seen, as far as both tell. */
function isAnswer(decision: WayInDecision, seen: ReadAnswer): boolean {
  const { status, body, route } = decision;
  if (status === 200) return isBeyondFilters(route, seen);
  if (status !== seen.status) return false;
  if (status === 'closed' || status === 400 || status === 404) return true;
  const details = lastOf(decision)?.details;
  const sameDetails =
    seen.details === undefined ||
    details === undefined ||
    normalize(seen.details) === normalize(details);
  const sameBody =
    seen.body === undefined || body === undefined || sameText(seen.body, body);
  const ours = seen.origin !== 'workload' && seen.origin !== 'elsewhere';
  return sameDetails && sameBody && ours;
}

/** Whether an answer can come from what stands behind the filters. */
function isBeyondFilters(
  route: WayInDecision['route'],
  seen: ReadAnswer,
): boolean {
  if (/^(jwt_authn|rbac|ext-authz|mutual-tls|elsewhere)$/.test(seen.origin)) {
    return false;
  }
  if (seen.status === 'closed') return false;
  switch (route?.kind) {
    case 'not-found':
      return seen.status === 404;
    case 'redirect':
    case 'direct-response':
      return seen.status === route.status;
    default:
      // 401 and 403 of the application are told apart by their own message.
      return seen.status !== 401 && seen.status !== 403;
  }
}

function explainDifference(
  mesh: Mesh,
  wayIn: WayIn,
  request: ProxyRequest,
  decision: WayInDecision,
  seen: ReadAnswer,
  options: WayInOptions,
): { summary: string; fix?: string } {
  const last = lastOf(decision);
  const expected = last
    ? explain(last).summary
    : 'no proxy decides on this way in';
  const start = `${describe(seen)} The configuration gives ${
    decision.status === 200
      ? 'a pass'
      : `${decision.status}${decision.body ? ` ${decision.body}` : ''}`
  }`;
  const alternative = findAlternative(
    mesh,
    wayIn,
    request,
    other => isAnswer(other, seen),
    options,
  );
  if (alternative) {
    return {
      summary: `${start}; it would give the answer seen if ${alternative.says}.`,
      fix: alternative.fix,
    };
  }
  const passed =
    decision.status !== 200 &&
    (seen.origin === 'workload' || seen.origin === 'upstream');
  if (passed) {
    return {
      summary: `${start}, and the request passed all the same. Expected: ${expected}`,
      fix: 'Treat the service as unprotected until this is clear: see whether the request took another way in, and whether the proxy has the newest configuration (`istioctl proxy-status`).',
    };
  }
  return {
    summary: `${start}. Expected: ${expected}`,
    fix: 'See whether the proxy has the newest configuration (`istioctl proxy-status`), and whether the request took this way in.',
  };
}

/** Where the answer itself does not tell, what was predicted may. */
function originFor(seen: ReadAnswer, decision: WayInDecision): AnswerOrigin {
  if (seen.origin !== 'unknown') return seen.origin;
  if (seen.status === 'closed' && decision.status === 'closed') {
    const mtls = lastOf(decision)?.trace.some(
      step =>
        step.filter === 'peer-authentication' && step.outcome === 'refused',
    );
    return mtls ? 'mutual-tls' : 'rbac';
  }
  return 'unknown';
}
