import { EnablementStep } from 'backstage-plugin-istio-jwt-common';
import { Operation } from '../operation';
import { listSteps } from './forwardSteps';
import { arrive, expectOurs, readLive } from './moveObject';
import {
  CancelRequested,
  DriveEnded,
  note,
  OperationRun,
  StepFailed,
} from './OperationRun';
import { rollBack } from './rollBack';
import { StepDefinition } from './steps/StepDefinition';
import { waitOn, withdraw } from './waitOn';

/** Records how a step ended, such as in an audit log. */
export type StepRecorder = <T>(
  run: OperationRun,
  stepId: string,
  work: () => Promise<T>,
) => Promise<T>;

/**
 * Makes the next step of an operation, from what is written down and what stands in the cluster.
 * Nothing is kept in between: any replica can make the one after it.
 *
 * @returns whether there is more to do
 * @throws DriveEnded where somebody else has to go on
 */
export async function reconcile(
  run: OperationRun,
  record: StepRecorder,
): Promise<boolean> {
  const { operation } = run;
  if (operation.phase === 'rolling-back') {
    await record(run, 'roll-back', () => rollBack(run));
    return false;
  }
  const next = listSteps(operation).find(({ id }) => !isDone(run, id));
  if (!next) return finish(run);
  const step = await run.openStep(next.id, next.phase, next.title);
  try {
    await record(run, next.id, () => perform(run, next, step));
    run.closeStep(step, 'done');
  } catch (error) {
    if (error instanceof DriveEnded) throw error;
    const reason =
      error instanceof StepFailed
        ? error.message
        : 'Something went wrong inside the portal; its log says more.';
    note(step, reason);
    run.closeStep(step, 'failed');
    stop(run, error, reason);
  }
  await run.save();
  if (isHeld(operation)) return hold(run);
  return !operation.proposal || operation.phase === 'verifying';
}

function isHeld({ phase }: Operation): boolean {
  return phase === 'held';
}

/** Nobody drives it until somebody decides; whoever cancelled at the last moment has decided. */
async function hold(run: OperationRun): Promise<boolean> {
  try {
    await run.checkpoint();
    return false;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    stop(run, error, error.message);
    await run.save();
    return true;
  }
}

/** Whoever cancels at the last moment still gets what was asked for. */
async function finish(run: OperationRun): Promise<boolean> {
  try {
    await run.checkpoint();
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    stop(run, error, error.message);
    await run.save();
    return !run.operation.proposal;
  }
  run.operation.phase = 'done';
  run.operation.finishedAt = Date.now();
  await run.save();
  return false;
}

/** What was written goes back; what somebody else wrote is theirs. */
function stop({ operation }: OperationRun, error: unknown, reason: string) {
  if (operation.proposal) {
    if (error instanceof CancelRequested) withdraw(operation);
    else waitOn(operation, reason);
    return;
  }
  operation.phase = 'rolling-back';
  operation.outcome = reason;
  operation.turnedBackAt = Date.now();
}

function isDone({ operation }: OperationRun, id: string): boolean {
  return operation.steps.some(step => step.id === id && step.status === 'done');
}

async function perform(
  run: OperationRun,
  definition: StepDefinition,
  step: EnablementStep,
): Promise<void> {
  await run.checkpoint();
  if (definition.id !== 'dry-run') await expectUndisturbed(run);
  await definition.run(run, step);
}

/** Somebody who edits or removes an object midway knows something that the plan does not. */
async function expectUndisturbed(run: OperationRun): Promise<void> {
  const until = Date.now() + run.tools.deadlines.propagationMs;
  for (const change of run.operation.changes) {
    const live = await readLive(run, change, until);
    arrive(change, expectOurs(change, live), live);
  }
}
