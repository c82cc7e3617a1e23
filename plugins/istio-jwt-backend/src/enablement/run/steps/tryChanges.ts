import { EnablementStep } from 'backstage-plugin-istio-jwt-common';
import { PolicyObject } from 'backstage-plugin-istio-jwt-node';
import { recogniseForm } from '../../marks';
import { OperationChange } from '../../operation';
import {
  addObject,
  arrive,
  expectOurs,
  ForeignObject,
  nameOf,
  readLive,
} from '../moveObject';
import { addNote, OperationRun, StepFailed } from '../OperationRun';
import { applyObject } from '../writeForm';
import { deadline, StepDefinition } from './StepDefinition';

/** The cluster's own opinion, permissions included, before anything is written. */
async function tryChange(
  run: OperationRun,
  step: EnablementStep,
  change: OperationChange,
): Promise<void> {
  const { cluster } = run.operation.service;
  const { writer } = run.tools;
  const { signal } = run;
  const live = await readLive(run, change, deadline(run));
  if (recogniseForm(change, live) !== 'from') {
    throw new ForeignObject(
      live
        ? `${nameOf(
            change,
          )} stands there and is not what the plan was made for: it is somebody else’s, or changed since.`
        : `${nameOf(change)} is not there any more.`,
    );
  }
  arrive(change, 'from', live);
  const removal = {
    cluster,
    signal,
    ref: change.ref,
    uid: live?.metadata.uid ?? '',
    resourceVersion: live?.metadata.resourceVersion ?? '',
    dryRun: true,
  };
  const until = deadline(run);
  for (let tries = 0; ; tries++) {
    await run.checkpoint();
    const tryObject = (object: PolicyObject) =>
      applyObject(run, change, object, live, true);
    if (!change.to && !live) {
      addObject(step, change, 'is gone, and stays so');
      return;
    }
    const answer = change.to
      ? await tryObject(change.to)
      : await writer.remove(removal);
    const between =
      change.passage?.kind === 'between' && answer.kind === 'object'
        ? await tryObject(change.passage.object)
        : undefined;
    // Who may create and not delete could never take it back: a refusal comes before a “not found”.
    const back =
      change.to && !live && answer.kind === 'object'
        ? await writer.remove(removal)
        : undefined;
    const problem = [answer, between, back].find(
      found => found && found.kind !== 'object' && found.kind !== 'absent',
    );
    if (change.to && answer.kind === 'absent') {
      throw new StepFailed(
        `${nameOf(change)}: the cluster has no such namespace or kind.`,
      );
    }
    if (!problem) {
      addObject(step, change, 'dry run accepted');
      return;
    }
    const message = 'message' in problem ? problem.message : '';
    if (problem.kind !== 'unavailable' || Date.now() >= until) {
      throw new StepFailed(`${nameOf(change)}: ${message}`);
    }
    await run.pause(Math.min(1 + tries, 10));
  }
}

export async function checkKeys(
  run: OperationRun,
  step: EnablementStep,
): Promise<void> {
  const { keys } = run.operation;
  if (!keys) return;
  const result = await run.tools.checkKeys(keys);
  switch (result.kind) {
    case 'failed':
      throw new StepFailed(
        `The keys of ${keys.issuer} cannot be had, and every token would be refused: ${result.failure.reason}`,
      );
    case 'undecidable':
      addNote(
        step,
        `Whether istiod can have the keys of ${keys.issuer} is not known: ${result.reason}`,
      );
      break;
    default:
      addNote(
        step,
        `${result.keys.keyCount} keys of ${keys.issuer} can be had.`,
      );
  }
}

export const DRY_RUN: StepDefinition = {
  id: 'dry-run',
  phase: 'validating',
  title: 'Try everything without writing (server-side dry run)',
  run: async (run, step) => {
    for (const change of run.operation.changes) {
      await tryChange(run, step, change);
    }
    await checkKeys(run, step);
  },
};

export const SETTLE: StepDefinition = {
  id: 'settle',
  phase: 'verifying',
  title: 'Look once more at what stands in the cluster',
  run: async (run, step) => {
    for (const change of run.operation.changes) {
      const live = await readLive(run, change, deadline(run));
      if (expectOurs(change, live) !== 'to') {
        throw new StepFailed(`${nameOf(change)} does not stand as planned.`);
      }
      addObject(step, change, live ? 'stands as planned' : 'is gone', live);
    }
  },
};
