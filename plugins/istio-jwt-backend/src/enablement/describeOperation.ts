import {
  Enablement,
  EnablementSummary,
} from 'backstage-plugin-istio-jwt-common';
import { DRIVEN_PHASES } from './operation';
import { describeChange } from './plan/describeChanges';
import { StoredOperation } from './store/EnablementStore';

/** An operation as people see it in a list. */
export function summariseOperation({
  operation,
  cancelRequested,
}: StoredOperation): EnablementSummary {
  const { id, entityRef, intent, service, waysIn, issuer, pattern, phase } =
    operation;
  const {
    proposal,
    outcome,
    startedBy,
    approvedBy,
    createdAt,
    updatedAt,
    finishedAt,
  } = operation;
  return {
    id,
    entityRef,
    intent,
    service,
    waysIn,
    issuer,
    ...(pattern ? { pattern } : {}),
    phase,
    ...(outcome === undefined ? {} : { outcome }),
    ...(proposal
      ? {
          proposal: {
            ...(proposal.url ? { url: proposal.url } : {}),
            expiresAt: formatTime(proposal.expiresAt),
          },
        }
      : {}),
    startedBy,
    ...(approvedBy === undefined ? {} : { approvedBy }),
    cancelRequested,
    createdAt: formatTime(createdAt),
    updatedAt: formatTime(updatedAt),
    ...(finishedAt === undefined ? {} : { finishedAt: formatTime(finishedAt) }),
  };
}

/** @param may - permissions of the caller on the entity, and whether he may approve his own */
export function describeOperation(
  stored: StoredOperation,
  may: { create: boolean; approve: boolean },
): Enablement {
  const { operation, cancelRequested } = stored;
  const { changes, steps, approval, phase } = operation;
  const waits = phase === 'awaiting-approval';
  const goesForward = DRIVEN_PHASES.includes(phase) && phase !== 'rolling-back';
  return {
    ...summariseOperation(stored),
    changes: changes.map(describeChange),
    steps,
    approval,
    canCancel:
      may.create &&
      (waits ||
        phase === 'failed' ||
        phase === 'proposed' ||
        (goesForward && !cancelRequested)),
    canApprove: may.approve && waits,
  };
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}
