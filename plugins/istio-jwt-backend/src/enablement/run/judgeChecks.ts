import { EnablementEvidence } from 'backstage-plugin-istio-jwt-common';
import { judgeAnswer } from '../../probes/judgeAnswer';
import { OperationCheck } from '../operation';
import { CheckAnswer } from './OperationProber';

export type CheckResult = Extract<
  EnablementEvidence,
  { kind: 'probe' }
>['result'];

/** Holds an answer against what the plan says: `200`, `403 RBAC: access denied`, `unknown`. */
export function judgeExpected(
  expected: string,
  answer: CheckAnswer,
): CheckResult {
  if (expected === 'no answer') return judgeSilence(answer);
  if (answer.kind === 'not-tested') return 'not-tested';
  if (expected === '404') return judgeUnrouted(answer);
  const [, code, body] = /^(\d{3})(?: (.*))?$/.exec(expected) ?? [];
  if (!code) return 'inconclusive';
  const status = Number(code);
  if (status === 401 || status === 403) {
    return judgeAnswer({ status: [status], body, why: '' }, answer).result;
  }
  // Proxies decide before they route, so that anything but a refusal or a failure has passed them.
  return answer.kind === 'answer' && answer.status === 404
    ? 'agrees'
    : judgeAnswer({ status: ['not-401-403'], why: '' }, answer).result;
}

/** Holds an answer against a gateway that routes nothing for the host. */
function judgeUnrouted(answer: CheckAnswer): CheckResult {
  if (answer.kind !== 'answer') return 'inconclusive';
  if (answer.status === 429) return 'inconclusive';
  return isUnrouted(answer) ? 'agrees' : 'disagrees';
}

/** A port that is not open, or that knows nothing of the host. */
function judgeSilence(answer: CheckAnswer): CheckResult {
  return answer.kind !== 'answer' || isUnrouted(answer)
    ? 'agrees'
    : 'disagrees';
}

/** Whether a request passed all proxies and was passed on: a 404 of the gateway itself says that no route is there. */
export function judgeRouted(answer: CheckAnswer): CheckResult {
  return answer.kind === 'answer' && isUnrouted(answer)
    ? 'disagrees'
    : judgeExpected('200', answer);
}

/** The 404 of a gateway: whatever an upstream answered has a header that says so. */
function isUnrouted({
  status,
  origin,
}: Extract<CheckAnswer, { kind: 'answer' }>): boolean {
  return status === 404 && origin?.passedOn !== true;
}

/**
 * An answer without what differs from one request to the next: which proxy refused, and how, or that
 * it passed. `null`: it does not tell.
 */
export function summariseAnswer(answer: CheckAnswer): string | null {
  if (answer.kind !== 'answer') return null;
  const { status, body } = answer;
  if (status === 429 || status >= 500) return null;
  if (status !== 401 && status !== 403) return 'passes';
  return `${status} ${body ?? 'of the application'}`;
}

/** Holds an answer against what was answered before anything was written. */
export function judgeAgainstBaseline(
  before: string | null,
  answer: CheckAnswer,
): CheckResult {
  if (before === null) {
    return answer.kind === 'not-tested' ? 'not-tested' : 'inconclusive';
  }
  const now = summariseAnswer(answer);
  if (now !== null) return now === before ? 'agrees' : 'disagrees';
  // It answered before: silence or failure now is a difference, if it stays.
  return answer.kind === 'answer' && answer.status === 429
    ? 'inconclusive'
    : 'disagrees';
}

export function describeAnswer(answer: CheckAnswer): string {
  switch (answer.kind) {
    case 'answer':
      return answer.body
        ? `${answer.status} ${answer.body}`
        : `${answer.status}`;
    case 'error':
      return answer.message;
    default:
      return answer.reason;
  }
}

export function toEvidence(
  check: OperationCheck,
  expected: string,
  answer: CheckAnswer,
  result: CheckResult,
): EnablementEvidence {
  return {
    kind: 'probe',
    at: new Date().toISOString(),
    wayInId: check.wayInId,
    host: check.host,
    of: check.of,
    title: check.title,
    method: check.kind === 'preflight' ? 'OPTIONS' : 'GET',
    path: check.path,
    expected,
    observed: describeAnswer(answer),
    result,
  };
}
