import { ClusterMirror } from '../../cluster';

/** Why a cluster's Services are not known as they are now. */
export function describeGap(
  mirror: ClusterMirror,
  now: number,
): { since: number; reason: string } | undefined {
  const { state } = mirror.freshness;
  if (state.kind === 'stale') {
    return { since: Date.parse(state.since), reason: state.reason };
  }
  if (state.kind === 'unavailable') {
    return { since: now, reason: state.reason };
  }
  const blind = mirror.unreadKinds.some(({ kind }) => kind === 'Service');
  return blind && !mirror.reading
    ? { since: now, reason: 'Services of the cluster cannot be read' }
    : undefined;
}
