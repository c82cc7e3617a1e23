import { WayInPlan } from './planProbes';

/**
 * Between a change and the last answer of before: istiod collects changes for up to 10 seconds
 * (PILOT_DEBOUNCE_MAX), and Envoy lets connections that were open before keep their filters until it has
 * drained them (`drainDuration`, 45 seconds). Probes open new ones, but the proxies on the way keep theirs
 * to each other.
 */
export const SETTLE_MS = 60_000;

/** @returns for how many ms an answer may still come from an earlier configuration; 0: it may not */
export function measureSettling(
  { mirror, service, wayIn }: Pick<WayInPlan, 'mirror' | 'service' | 'wayIn'>,
  settleMs = SETTLE_MS,
): number {
  const changedAt = mirror.changeTimes.latestOf([
    mirror.mesh.rootNamespace,
    service.namespace,
    ...[wayIn.gateway, wayIn.route, ...wayIn.hops.map(({ proxy }) => proxy)]
      .map(each => each?.namespace)
      .filter(namespace => namespace !== undefined),
  ]);
  return changedAt === undefined
    ? 0
    : Math.max(0, changedAt + settleMs - Date.now());
}
