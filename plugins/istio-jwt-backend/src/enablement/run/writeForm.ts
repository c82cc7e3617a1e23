import {
  LivePolicy,
  PolicyAnswer,
  PolicyObject,
} from 'backstage-plugin-istio-jwt-node';
import { isDeepStrictEqual } from 'node:util';
import { isAdopted, isMarked, objectIn, ownPart } from '../marks';
import { ObjectForm, OperationChange } from '../operation';
import { OperationRun } from './OperationRun';

/** Writes one form of an object, or deletes it where nothing is wanted. */
export function writeForm(
  run: OperationRun,
  change: OperationChange,
  form: ObjectForm,
  live: LivePolicy | undefined,
): Promise<PolicyAnswer> {
  const wanted = objectIn(change, form);
  if (!wanted) {
    return run.tools.writer.remove({
      cluster: run.operation.service.cluster,
      signal: run.signal,
      ref: change.ref,
      uid: live!.metadata.uid,
      resourceVersion: live!.metadata.resourceVersion,
      dryRun: false,
    });
  }
  return applyObject(run, change, wanted, live, false);
}

/**
 * Applies an object without force, and with force where fields are somebody else's and somebody
 * consented to taking them. An object without marks is let go of: as far as others own its spec, it
 * is theirs alone again.
 */
export async function applyObject(
  run: OperationRun,
  change: OperationChange,
  wanted: PolicyObject,
  live: LivePolicy | undefined,
  dryRun: boolean,
): Promise<PolicyAnswer> {
  const apply = (object: PolicyObject, tries: { dryRun: boolean }) =>
    applyWithConsent(run, change, object, live, tries.dryRun);
  if (live && !isMarked(wanted)) {
    const { apiVersion, kind, metadata } = wanted;
    const { name, namespace } = metadata;
    const identity = {
      apiVersion,
      kind,
      metadata: { name, namespace },
      spec: undefined,
    };
    // What nobody else owns would vanish with our ownership: then it is kept, and so is the spec.
    const tried = await apply(identity, { dryRun: true });
    const survives =
      tried.kind === 'object' &&
      isDeepStrictEqual(tried.object.spec, live.spec) &&
      isDeepStrictEqual(live.spec, wanted.spec);
    if (survives) return dryRun ? tried : apply(identity, { dryRun });
  }
  const isPersons = isAdopted(wanted) || !isMarked(wanted);
  return apply(isPersons ? ownPart(wanted) : wanted, { dryRun });
}

async function applyWithConsent(
  run: OperationRun,
  { takesOver }: OperationChange,
  object: PolicyObject,
  live: LivePolicy | undefined,
  dryRun: boolean,
): Promise<PolicyAnswer> {
  const call = {
    cluster: run.operation.service.cluster,
    signal: run.signal,
    object,
    resourceVersion: live?.metadata.resourceVersion,
    dryRun,
  };
  const answer = await run.tools.writer.apply(call);
  // The version is still asked for, so that only what somebody saw is taken.
  return answer.kind === 'conflict' && takesOver && live
    ? run.tools.writer.apply({ ...call, force: true })
    : answer;
}
