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

/** @param may - what the caller may do with this operation */
export function describeOperation(
  stored: StoredOperation,
  may: { create: boolean; approve: boolean },
): Enablement {
  const { operation, cancelRequested } = stored;
  const { changes, steps, approval, phase, hold } = operation;
  const waits = phase === 'awaiting-approval';
  const isHeld = phase === 'held';
  const goesForward = DRIVEN_PHASES.includes(phase) && phase !== 'rolling-back';
  return {
    ...summariseOperation(stored),
    changes: changes.map(describeChange),
    steps,
    approval,
    ...(hold
      ? {
          hold: {
            reason: hold.reason,
            since: formatTime(hold.since),
            expiresAt: formatTime(hold.expiresAt),
            ...(hold.enforced ? { enforcedBy: hold.enforced.by } : {}),
          },
        }
      : {}),
    canCancel:
      may.create &&
      (waits ||
        isHeld ||
        phase === 'failed' ||
        phase === 'proposed' ||
        (goesForward && !cancelRequested)),
    canApprove: may.approve && waits,
    canEnforce: may.create && isHeld && !cancelRequested,
  };
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}
