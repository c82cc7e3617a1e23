import { EnablementStep } from 'backstage-plugin-istio-jwt-common';
import {
  ObjectForm,
  Operation,
  OperationChange,
  OperationCheck,
} from '../operation';
import { awaitBehaviour, wantBaseline, wantExpected } from './awaitBehaviour';
import { ForeignObject, moveObject, nameOf } from './moveObject';
import { addNote, OperationRun, StepFailed } from './OperationRun';
import { awaitClosed, awaitRouteGone } from './steps/openRoute';

/** Takes back what an operation wrote, last first, and ends it. @throws DriveEnded */
export async function rollBack(run: OperationRun): Promise<void> {
  const { operation, tools } = run;
  operation.turnedBackAt ??= Date.now();
  const step = await run.openStep(
    'roll-back',
    'rolling-back',
    'Take back what was written, last first',
  );
  await run.checkpoint();
  const hadWritten = operation.wroteAt !== undefined;
  const until = operation.turnedBackAt + tools.deadlines.rollbackMs;
  const stuck: string[] = [];
  for (const change of operation.changes) {
    const form = formBeforePolicies(change);
    const problem = form && (await takeBack(run, step, change, until, form));
    if (problem) stuck.push(problem);
  }
  for (const change of [...operation.changes].reverse()) {
    const unsafe = await whyRouteUnsafe(run, step, change, stuck);
    const reason =
      unsafe ?? whyKept(change, stuck, operation) ?? change.abandoned;
    const problem =
      reason === undefined
        ? await takeBack(run, step, change, until)
        : `${nameOf(change)} is left as it is: ${reason}`;
    if (problem !== undefined) stuck.push(problem);
    const doubt =
      problem === undefined
        ? await whyStillRouted(run, step, change)
        : undefined;
    if (doubt !== undefined) stuck.push(doubt);
  }
  run.closeStep(step, stuck.length > 0 ? 'failed' : 'done');
  const doubt = hadWritten ? await verify(run) : undefined;
  const reason = operation.outcome ?? 'It was stopped.';
  if (stuck.length > 0) {
    operation.phase = 'failed';
    operation.outcome = `${reason} It could NOT be taken back in full: ${stuck.join(
      ' ',
    )} Somebody has to look at it; the gateway stays reserved until it is taken back by another try.`;
  } else {
    operation.phase = 'rolled-back';
    operation.outcome = hadWritten
      ? `${reason} Everything was taken back.${doubt ? ` ${doubt}` : ''}`
      : `${reason} Nothing had been written.`;
  }
  operation.finishedAt = Date.now();
  await run.save();
}

/** What the policies that go back ask for has to be validated before they do. */
function formBeforePolicies({
  step,
  passage,
  reached,
  heading,
}: OperationChange): ObjectForm | undefined {
  const isNarrow = reached === 'to' || heading === 'to';
  if (step !== 'request-authentication' || !isNarrow) return undefined;
  if (passage?.kind === 'between') return 'between';
  return passage?.kind === 'late' ? 'from' : undefined;
}

/**
 * What closes a host stays while its route may still be there. And a policy that asks for a principal
 * refuses everybody once nothing validates any more.
 */
function whyKept(
  change: OperationChange,
  stuck: readonly string[],
  { changes, steps }: Operation,
): string | undefined {
  if (stuck.length === 0) return undefined;
  const opened = steps.some(({ id }) => id === 'route')
    ? changes.find(({ step, from }) => step === 'route' && !from)
    : undefined;
  if (opened && change !== opened) {
    return 'the route that it closes may still be there.';
  }
  return change.step === 'request-authentication' &&
    (!change.from || change.passage?.kind === 'between')
    ? 'a policy that may depend on it still stands.'
    : undefined;
}

/** Before a route comes back, what closes it has to be seen at work. @returns why it may not come back */
async function whyRouteUnsafe(
  run: OperationRun,
  step: EnablementStep,
  change: OperationChange,
  stuck: readonly string[],
): Promise<string | undefined> {
  if (change.step !== 'route' || !change.from || isHarmless(change)) {
    return undefined;
  }
  if (stuck.length > 0) return 'what closes it does not stand.';
  try {
    await awaitClosed(run, step);
    return undefined;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    return error.message;
  }
}

/** After a route went, proxies may still have it. @returns why what closes it has to stay */
async function whyStillRouted(
  run: OperationRun,
  step: EnablementStep,
  { step: kind, from }: OperationChange,
): Promise<string | undefined> {
  const wasWritten = run.operation.steps.some(({ id }) => id === 'route');
  if (kind !== 'route' || from || !wasWritten) return undefined;
  try {
    await awaitRouteGone(run, step);
    return undefined;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    return `The route is removed, yet proxies still have it: ${error.message}`;
  }
}

/** @returns what could not be done */
async function takeBack(
  run: OperationRun,
  step: EnablementStep,
  change: OperationChange,
  until: number,
  form: ObjectForm = 'from',
): Promise<string | undefined> {
  try {
    await moveObject(run, step, change, form, until, true);
    return undefined;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    if (error instanceof ForeignObject) {
      if (isHarmless(change)) {
        addNote(step, `${error.message} This operation never wrote it.`);
        return undefined;
      }
      return `${error.message} It was left alone.`;
    }
    return error.message;
  }
}

function isUnroutedBefore({ unrouted, before }: OperationCheck): boolean {
  return unrouted !== undefined && (before === '404' || before === 'no answer');
}

/** Of what this operation never touched, nothing is left over. */
function isHarmless({ reached, heading, abandoned }: OperationChange): boolean {
  return reached === 'from' && heading === undefined && !abandoned;
}

/** @returns what is not as it was, although nothing of ours stands any more */
async function verify(run: OperationRun): Promise<string | undefined> {
  const step = await run.openStep(
    'roll-back-verified',
    'rolling-back',
    'See that everything is answered as before',
  );
  const wanted = [
    ...wantBaseline(run, 'target').filter(
      ({ check }) => check.kind === 'no-token' && !isUnroutedBefore(check),
    ),
    ...run.operation.checks
      .filter(check => check.kind === 'no-token' && isUnroutedBefore(check))
      .map(check => wantExpected(check, check.before, false)),
    ...wantBaseline(run, 'neighbour'),
  ].map(item => ({ ...item, urgent: false }));
  try {
    await awaitBehaviour(run, step, wanted);
    run.closeStep(step, 'done');
    return undefined;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    run.closeStep(step, 'failed');
    return `Yet not everything is answered as before: ${error.message} Nothing of what the operation wrote stands any more.`;
  }
}
