import { Resource } from 'istio-jwt-policy-engine';
import { EnablementStep } from 'backstage-plugin-istio-jwt-common';
import { OperationCheck } from '../operation';
import {
  CheckResult,
  describeAnswer,
  judgeAgainstBaseline,
  judgeExpected,
  judgeRouted,
  summariseAnswer,
  toEvidence,
} from './judgeChecks';
import { CheckAnswer } from './OperationProber';
import { addEvidence, OperationRun, StepFailed } from './OperationRun';

/** A check with what is wanted of its answer. */
export interface Wanted {
  check: OperationCheck;
  /** For people. */
  expected: string;
  judge(answer: CheckAnswer): CheckResult;
  /** Nothing but a clear yes will do. */
  must: boolean;
  /** A difference is not waited out: whoever it is about would suffer meanwhile. */
  urgent: boolean;
}

/** A gateway's replicas follow one by one; rounds go over new connections. */
const STEADY_ROUNDS = 3;
/** One odd answer may be chance. */
const URGENT_ROUNDS = 3;

/**
 * Looks again and again until every check is answered as wanted, several times in a row.
 *
 * @returns the results of the last round, in the order of what was wanted
 * @throws StepFailed at the deadline, or at once where something urgent stays different
 */
export async function awaitBehaviour(
  run: OperationRun,
  step: EnablementStep,
  wanted: readonly Wanted[],
  deadlineMs = run.tools.deadlines.propagationMs,
): Promise<CheckResult[]> {
  if (wanted.length === 0) return [];
  const until = Date.now() + deadlineMs;
  const checks = wanted.map(({ check }) => check);
  let steady = 0;
  let urgent = 0;
  for (;;) {
    await run.checkpoint();
    const answers = await askChecks(run, checks);
    const rounds = wanted.map((item, index): Round => {
      const answer = answers[index];
      return { item, answer, result: item.judge(answer) };
    });
    const missing = rounds.filter(
      ({ item, result }) =>
        result === 'disagrees' || (item.must && result !== 'agrees'),
    );
    steady = missing.length === 0 ? steady + 1 : 0;
    urgent = missing.some(
      ({ item, result }) => item.urgent && result === 'disagrees',
    )
      ? urgent + 1
      : 0;
    const isOver = urgent >= URGENT_ROUNDS || Date.now() >= until;
    if (steady >= STEADY_ROUNDS || (missing.length > 0 && isOver)) {
      addEvidence(
        step,
        ...rounds.map(({ item, answer, result }) =>
          toEvidence(item.check, item.expected, answer, result),
        ),
      );
      if (missing.length === 0) return rounds.map(({ result }) => result);
      throw new StepFailed(describeMissing(chooseTelling(missing)));
    }
    await run.pause();
  }
}

interface Round {
  item: Wanted;
  answer: CheckAnswer;
  result: CheckResult;
}

function chooseTelling(missing: readonly Round[]): Round {
  return (
    missing.find(({ item, result }) => item.urgent && result === 'disagrees') ??
    missing[0]
  );
}

function describeMissing({ item: { check, expected }, answer }: Round): string {
  const whose =
    check.of === 'neighbour'
      ? ` (a neighbour: ${check.service.namespace}/${check.service.name})`
      : '';
  return `${check.host}${whose}: “${check.title}” is answered ${describeAnswer(
    answer,
  )}; expected was ${expected}.`;
}

/** Wants what the plan says. */
export function wantExpected(
  check: OperationCheck,
  expected: string,
  must: boolean,
): Wanted {
  return {
    check,
    expected: expected === '200' ? 'not 401 or 403' : expected,
    judge: answer => judgeExpected(expected, answer),
    must,
    urgent: false,
  };
}

/** Wants a request to pass the proxies and to be routed on. */
export function wantRouted(check: OperationCheck): Wanted {
  return {
    check,
    expected: 'passed on to the service',
    judge: judgeRouted,
    must: false,
    urgent: false,
  };
}

/** Wants the answer from before anything was written. */
export function wantBaseline(
  { operation }: OperationRun,
  of: OperationCheck['of'],
): Wanted[] {
  return operation.checks.flatMap((check, index): Wanted[] => {
    const before = operation.baseline?.[index] ?? null;
    return check.of === of && before !== null
      ? [
          {
            check,
            expected: `as before: ${before}`,
            judge: answer => judgeAgainstBaseline(before, answer),
            must: false,
            urgent: of === 'neighbour',
          },
        ]
      : [];
  });
}

/** Asks everything as it is, twice: an answer that differs from itself tells nothing later. */
export async function takeBaseline(
  run: OperationRun,
  step: EnablementStep,
  must = true,
): Promise<void> {
  const { operation, tools } = run;
  const { checks } = operation;
  if (tools.prober.disabledReason) {
    if (!must) return;
    throw new StepFailed(tools.prober.disabledReason);
  }
  const first = await askChecks(run, checks);
  await run.pause();
  const second = await askChecks(run, checks);
  await run.checkpoint();
  operation.baseline = checks.map((_, index) => {
    const summary = summariseAnswer(first[index]);
    return summary === summariseAnswer(second[index]) ? summary : null;
  });
  addEvidence(
    step,
    ...checks.map((check, index) =>
      toEvidence(
        check,
        'to be seen',
        second[index],
        operation.baseline![index] === null ? 'inconclusive' : 'agrees',
      ),
    ),
  );
  const unseen = checks.findIndex(
    ({ of, kind, before }, index) =>
      of === 'target' &&
      kind === 'no-token' &&
      before !== 'no answer' &&
      second[index].kind !== 'answer',
  );
  if (unseen >= 0 && must) {
    throw new StepFailed(
      `${checks[unseen].host} cannot be watched by probes: ${describeAnswer(
        second[unseen],
      )}`,
    );
  }
  const served = checks.findIndex(
    ({ unrouted, before }, index) =>
      unrouted !== undefined &&
      (before === '404' || before === 'no answer') &&
      judgeExpected(before, second[index]) === 'disagrees',
  );
  if (served >= 0) {
    throw new StepFailed(
      `No route that is known leads to ${
        checks[served].host
      }, yet it is answered ${describeAnswer(
        second[served],
      )}: something else serves it.`,
    );
  }
}

/** Also on ways in whose route stands before or after the operation alone. */
function askChecks(run: OperationRun, checks: readonly OperationCheck[]) {
  const { service, changes } = run.operation;
  return run.tools.prober.ask(
    service.cluster,
    checks,
    run.signal,
    changes
      .filter(({ step }) => step === 'gateway' || step === 'route')
      .flatMap(({ from, to }) => (to ?? from ?? []) as Resource),
  );
}
