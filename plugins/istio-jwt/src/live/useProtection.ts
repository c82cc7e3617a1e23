import { EntityStatus, StatusProblem } from 'backstage-plugin-istio-jwt-common';
import { useStatusFeed } from './useStatusFeed';
import { ProbeRunControl, useProbeRun } from './useProbeRun';

/** Everything that a screen about an entity's protection can be. */
export type ProtectionView =
  | { kind: 'loading' }
  | { kind: 'denied'; message: string }
  | { kind: 'failed'; message: string; retrying: boolean }
  /** The entity does not say which Services are its own. */
  | { kind: 'unannotated'; status: EntityStatus; problem: StatusProblem }
  /** No Service is known, and `problems` or the freshness say why. */
  | { kind: 'unmatched'; status: EntityStatus; receipt: Receipt }
  | { kind: 'assessed'; status: EntityStatus; receipt: Receipt };

/** How current a status is. */
export interface Receipt {
  receivedAt: number;
  refreshFailure?: string;
}

/** The protection of the entity in context, with the means to renew it and to probe. */
export function useProtection(): {
  view: ProtectionView;
  probes: ProbeRunControl;
  refresh: () => void;
} {
  const { entityRef, state, refresh } = useStatusFeed();
  const probes = useProbeRun({
    entityRef,
    lastRun: state.kind === 'ready' ? state.status.lastRun : undefined,
    onOver: refresh,
  });
  return { view: classify(state), probes, refresh };
}

function classify(
  state: ReturnType<typeof useStatusFeed>['state'],
): ProtectionView {
  if (state.kind !== 'ready') {
    return state;
  }
  const { status, receivedAt, refreshFailure } = state;
  const receipt = { receivedAt, refreshFailure };
  if (status.services.length > 0) {
    return { kind: 'assessed', status, receipt };
  }
  const problem = status.problems.find(({ code }) => code === 'no-annotations');
  return problem
    ? { kind: 'unannotated', status, problem }
    : { kind: 'unmatched', status, receipt };
}
