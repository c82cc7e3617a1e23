import { WayInPlan } from './planProbes';

/**
 * Between a change and the last answer of before: istiod collects changes for up to 10 seconds
 * (PILOT_DEBOUNCE_MAX), and Envoy lets connections that were open before keep their filters until it has
 * drained them (`drainDuration`, 45 seconds). Probes open new ones, but the proxies on the way keep theirs
 * to each other.
 */
const SETTLE_MS = 60_000;

/** How one run waits for proxies to follow the last change: it comes to its end, however often something changes. */
export class Settling {
  private until?: number;

  constructor(private readonly settleMs = SETTLE_MS) {}

  /** @returns for how many ms an answer may still come from an earlier configuration; 0: wait no longer */
  measureWait({
    mirror,
    service,
    wayIn,
  }: Pick<WayInPlan, 'mirror' | 'service' | 'wayIn'>): number {
    const changedAt = mirror.changeTimes.latestOf([
      mirror.mesh.rootNamespace,
      service.namespace,
      ...[wayIn.gateway, wayIn.route, ...wayIn.hops.map(({ proxy }) => proxy)]
        .map(each => each?.namespace)
        .filter(namespace => namespace !== undefined),
    ]);
    if (changedAt === undefined) return 0;
    const now = Date.now();
    const wait = changedAt + this.settleMs - now;
    if (wait <= 0) return 0;
    this.until ??= now + 2 * this.settleMs;
    return Math.max(0, Math.min(wait, this.until - now));
  }
}
