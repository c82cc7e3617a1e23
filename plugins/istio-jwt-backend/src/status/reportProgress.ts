import {
  ProbeRun,
  STARTED_BY_SCHEDULE,
} from 'backstage-plugin-istio-jwt-common';
import { ProbeMetrics } from '../metrics/ProbeMetrics';
import { LastRunCache } from './LastRunCache';
import { StatusNotifier } from './StatusNotifier';

const MIN_INTERVAL_MS = 150;

/** Makes a listener that shows a run's progress to open pages, a few times a second at most. */
export function reportProgress(
  lastRuns: LastRunCache,
  notifier: StatusNotifier,
  metrics: Pick<ProbeMetrics, 'noteRun'>,
): (run: ProbeRun) => void {
  const lastAt = new Map<string, number>();
  return run => {
    lastRuns.put(run);
    notifier.noteChange();
    metrics.noteRun(run);
    const now = Date.now();
    const over = run.status !== 'running';
    // A round's thousands of short runs would keep every open page busy.
    if (!over && run.startedBy === STARTED_BY_SCHEDULE) {
      return;
    }
    if (!over && now - (lastAt.get(run.id) ?? 0) < MIN_INTERVAL_MS) {
      return;
    }
    lastAt.set(run.id, now);
    if (over) {
      lastAt.delete(run.id);
    }
    void notifier.publish(run.entityRef, {
      type: 'probe-progress',
      done: run.observations.length,
      total: run.total,
    });
  };
}
