import { EnablementStep } from 'backstage-plugin-istio-jwt-common';
import { Operation, OperationCheck } from '../../operation';
import {
  awaitBehaviour,
  takeBaseline,
  Wanted,
  wantBaseline,
  wantExpected,
} from '../awaitBehaviour';
import { addNote, OperationRun } from '../OperationRun';
import { StepDefinition } from './StepDefinition';

export const BASELINE: StepDefinition = {
  id: 'baseline',
  phase: 'validating',
  title: 'Ask the service and its neighbours as they are',
  run: takeBaseline,
};

/** Where only marks are written, what cannot be asked is no obstacle. */
export const LOOK: StepDefinition = {
  ...BASELINE,
  run: (run, step) => takeBaseline(run, step, false),
};

function targetsOf({ checks }: Operation): OperationCheck[] {
  return checks.filter(({ of }) => of === 'target');
}

function isKnown(answer: string): boolean {
  return /^\d{3}/.test(answer);
}

/** Keys that did not arrive show here, before anybody depends on them. */
function wantAccepted(check: OperationCheck): Wanted {
  return {
    check,
    expected: 'not 401',
    judge: answer => {
      if (answer.kind !== 'answer') return 'not-tested';
      return answer.status === 401 ? 'disagrees' : 'agrees';
    },
    must: false,
    urgent: false,
  };
}

/** Waits until tokens are looked at, and good ones known. */
export async function awaitTokensChecked(
  run: OperationRun,
  step: EnablementStep,
): Promise<void> {
  const checks = targetsOf(run.operation);
  await awaitBehaviour(run, step, [
    ...checks
      .filter(({ kind }) => kind === 'not-a-jwt')
      .map(check => wantExpected(check, '401 Jwt', true)),
    ...checks.filter(({ kind }) => kind === 'valid-token').map(wantAccepted),
    ...wantBaseline(run, 'neighbour'),
  ]);
}

export async function watchShadow(
  run: OperationRun,
  step: EnablementStep,
): Promise<void> {
  const plain = wantBaseline(run, 'target').filter(
    ({ check }) => check.kind === 'no-token',
  );
  await awaitBehaviour(run, step, [
    ...plain,
    ...wantBaseline(run, 'neighbour'),
  ]);
}

export async function awaitNoToken(
  run: OperationRun,
  step: EnablementStep,
): Promise<void> {
  await awaitBehaviour(run, step, [
    ...targetsOf(run.operation)
      .filter(({ kind, after }) => kind === 'no-token' && isKnown(after))
      .map(check => wantExpected(check, check.after, true)),
    ...wantBaseline(run, 'neighbour'),
  ]);
  addNote(
    step,
    'Seen on new connections. Envoy answers those that were open before as before, until it has drained them: as a rule within 45 seconds.',
  );
}

/** While what stands lets through what either end does: whatever both agree on, holds. */
export async function awaitBothEnds(
  run: OperationRun,
  step: EnablementStep,
): Promise<void> {
  await awaitBehaviour(run, step, [
    ...targetsOf(run.operation)
      .filter(
        ({ kind, before, after }) =>
          isKnown(after) && (before === after || kind === 'valid-token'),
      )
      .map(check =>
        wantExpected(check, check.after, check.kind === 'no-token'),
      ),
    ...wantBaseline(run, 'neighbour'),
  ]);
}

export const VERIFY: StepDefinition = {
  id: 'verify',
  phase: 'verifying',
  title: 'Ask the service as planned, and its neighbours as before',
  run: async (run, step) => {
    // Where nothing but marks was written, a way in that cannot be asked is no obstacle.
    const isProving = run.operation.changes.some(({ onlyMarks }) => !onlyMarks);
    await awaitBehaviour(run, step, [
      ...targetsOf(run.operation).map(check =>
        wantExpected(
          check,
          check.after,
          isProving && check.kind === 'no-token' && isKnown(check.after),
        ),
      ),
      ...wantBaseline(run, 'neighbour'),
    ]);
    const untested = targetsOf(run.operation).some(
      ({ kind }) => kind === 'valid-token',
    );
    const proven = step.evidence.some(
      item =>
        item.kind === 'probe' &&
        item.of === 'target' &&
        item.title.startsWith('Valid token') &&
        item.result === 'agrees',
    );
    if (untested && !proven) {
      addNote(
        step,
        'No valid token could be tried: nothing but the configuration says that good tokens pass.',
      );
    }
  },
};
