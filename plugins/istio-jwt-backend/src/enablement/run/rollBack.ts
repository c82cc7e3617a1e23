import { EnablementStep } from 'backstage-plugin-istio-jwt-common';
import { ObjectForm, OperationChange } from '../operation';
import { awaitBehaviour, wantBaseline } from './awaitBehaviour';
import { ForeignObject, moveObject, nameOf } from './moveObject';
import { addNote, OperationRun, StepFailed } from './OperationRun';

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
    const reason = whyKept(change, stuck) ?? change.abandoned;
    const problem =
      reason === undefined
        ? await takeBack(run, step, change, until)
        : `${nameOf(change)} is left as it is: ${reason}`;
    if (problem !== undefined) stuck.push(problem);
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

/** A policy that asks for a principal refuses everybody once nothing validates any more. */
function whyKept(
  change: OperationChange,
  stuck: readonly string[],
): string | undefined {
  return stuck.length > 0 &&
    change.step === 'request-authentication' &&
    (!change.from || change.passage?.kind === 'between')
    ? 'a policy that may depend on it still stands.'
    : undefined;
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
      ({ check }) => check.kind === 'no-token',
    ),
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
