import { ShadowCounters } from './readShadowCounters';
import { ShadowReading } from './ShadowReader';

type Read = Extract<ShadowReading, { ok: true }>;

/** Of the Pods that were read both times. A counter that shrank began anew. */
export function countBetween(
  before: Read,
  after: Read,
): ShadowCounters & { pods: number } {
  const total = { denied: 0, allowed: 0, pods: 0 };
  for (const [pod, now] of after.byPod) {
    const then = before.byPod.get(pod);
    if (!then) continue;
    total.pods += 1;
    for (const kind of ['denied', 'allowed'] as const) {
      total[kind] +=
        now[kind] >= then[kind] ? now[kind] - then[kind] : now[kind];
    }
  }
  return total;
}
