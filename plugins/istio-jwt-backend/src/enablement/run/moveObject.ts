import { EnablementStep } from 'backstage-plugin-istio-jwt-common';
import { LivePolicy, PolicyAnswer } from 'backstage-plugin-istio-jwt-node';
import { objectIn, recogniseForm } from '../marks';
import { ObjectForm, OperationChange } from '../operation';
import { addEvidence, note, OperationRun, StepFailed } from './OperationRun';
import { writeForm } from './writeForm';

/** An object is not (any more) what this operation may touch. */
export class ForeignObject extends StepFailed {}

const MAX_CONFLICTS = 3;

/**
 * Brings an object into a form, from wherever it stands: what is there already is taken as done, so
 * that a new driver can go on after any interruption.
 *
 * @param until - ms since the epoch; until then the API server may be away
 * @param insist - on the way back: refusals are tried again too
 * @throws ForeignObject, StepFailed, DriveEnded
 */
export async function moveObject(
  run: OperationRun,
  step: EnablementStep,
  change: OperationChange,
  form: ObjectForm,
  until: number,
  insist = false,
): Promise<void> {
  let conflicts = 0;
  for (let tries = 0; ; tries++) {
    const live = await readLive(run, change, until);
    // On the way back every form that this operation can have made will do, as does its absence.
    const now = insist ? expectKnown(change, live) : expectOurs(change, live);
    if (now === form) {
      note(step, `${nameOf(change)} stands as wanted.`);
      arrive(change, form, live);
      await run.save();
      return;
    }
    if (!live && !objectIn(change, form)) {
      // Nothing is there, and nothing is to be.
      arrive(change, form, undefined);
      await run.save();
      return;
    }
    change.heading = form;
    run.operation.wroteAt ??= Date.now();
    await run.save();
    await run.checkpoint();
    const answer = await writeForm(run, change, form, live);
    switch (answer.kind) {
      case 'object':
        arriveWritten(change, form, live, answer);
        addObject(step, change, live ? 'updated' : 'created', answer.object);
        await run.save();
        return;
      case 'absent':
        if (objectIn(change, form)) {
          throw new StepFailed(
            `${nameOf(change)}: the cluster has no such namespace or kind.`,
          );
        }
        arrive(change, form, undefined);
        addObject(step, change, 'deleted');
        await run.save();
        return;
      case 'conflict':
        conflicts += 1;
        if (conflicts >= MAX_CONFLICTS && !(insist && Date.now() < until)) {
          throw new StepFailed(`${nameOf(change)}: ${answer.message}`);
        }
        break;
      default:
        if (answer.kind === 'refused' && !insist) {
          throw new StepFailed(`${nameOf(change)}: ${answer.message}`);
        }
        if (Date.now() >= until) {
          throw new StepFailed(`${nameOf(change)}: ${answer.message}`);
        }
    }
    note(step, `${nameOf(change)}: ${answer.message} Trying again.`);
    await run.pause(Math.min(1 + tries, 10));
  }
}

/** Reads an object as it stands now. @throws StepFailed where the API server stays away */
export async function readLive(
  run: OperationRun,
  change: OperationChange,
  until: number,
): Promise<LivePolicy | undefined> {
  const { cluster } = run.operation.service;
  for (let tries = 0; ; tries++) {
    const answer = await run.tools.writer.read({
      cluster,
      ref: change.ref,
      signal: run.signal,
    });
    if (answer.kind === 'object') return answer.object;
    if (answer.kind === 'absent') return undefined;
    if (Date.now() >= until) {
      throw new StepFailed(`${nameOf(change)}: ${answer.message}`);
    }
    await run.checkpoint();
    await run.pause(Math.min(1 + tries, 10));
  }
}

/** The form in which an object stands. @throws ForeignObject where this operation did not bring it there */
export function expectOurs(
  change: OperationChange,
  live: LivePolicy | undefined,
): ObjectForm {
  const form = recogniseForm(change, live);
  if (
    form !== 'foreign' &&
    (form === change.reached || form === change.heading)
  ) {
    return form;
  }
  throw foreign(change, live);
}

function expectKnown(
  change: OperationChange,
  live: LivePolicy | undefined,
): ObjectForm {
  const form = recogniseForm(change, live);
  if (form === 'foreign') throw foreign(change, live);
  return form;
}

function foreign(
  change: OperationChange,
  live: LivePolicy | undefined,
): ForeignObject {
  return new ForeignObject(
    live
      ? `${nameOf(change)} was made or changed by somebody else.`
      : `${nameOf(change)} was removed by somebody else.`,
  );
}

/** Takes note of where an object stands, without writing. */
export function arrive(
  change: OperationChange,
  form: ObjectForm,
  live: LivePolicy | undefined,
): void {
  change.reached = form;
  delete change.heading;
  if (live) change.uid = live.metadata.uid;
  else delete change.uid;
}

export function nameOf({ ref }: OperationChange): string {
  return `${ref.kind} ${ref.namespace}/${ref.name}`;
}

export function addObject(
  step: EnablementStep,
  change: OperationChange,
  action: string,
  live?: LivePolicy,
): void {
  addEvidence(step, {
    kind: 'object',
    at: new Date().toISOString(),
    ref: change.ref,
    action,
    ...(live ? { resourceVersion: live.metadata.resourceVersion } : {}),
  });
}

function arriveWritten(
  change: OperationChange,
  form: ObjectForm,
  before: LivePolicy | undefined,
  answer: Extract<PolicyAnswer, { kind: 'object' }>,
): void {
  if (!before && !answer.created) {
    change.abandoned = 'Somebody else created it at the same moment.';
    throw new ForeignObject(
      `${nameOf(change)} was created by somebody else at the same moment.`,
    );
  }
  arrive(change, form, answer.object);
}
