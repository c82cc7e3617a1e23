import { LoggerService, SchedulerService } from '@backstage/backend-plugin-api';
import { ProbeRunStore } from './ProbeRunStore';

/** Long past the beat of a live run, so that a busy backend is not taken for dead. */
const ABANDONED_AFTER_MS = 30_000;

/** Deletes old runs, and ends those whose backend went away. */
export async function scheduleCleanup(options: {
  scheduler: SchedulerService;
  store: ProbeRunStore;
  logger: LoggerService;
  retentionMs: number;
}): Promise<void> {
  const { scheduler, store, logger, retentionMs } = options;
  await scheduler.scheduleTask({
    id: 'istio-jwt-retention',
    frequency: { hours: 6 },
    timeout: { minutes: 10 },
    initialDelay: { minutes: 5 },
    fn: async () => {
      const deleted = await store.deleteRuns(Date.now() - retentionMs);
      if (deleted > 0) {
        logger.info(`Deleted ${deleted} probe runs past their retention`);
      }
    },
  });
  await scheduler.scheduleTask({
    id: 'istio-jwt-abandoned-runs',
    frequency: { seconds: 30 },
    timeout: { seconds: 20 },
    fn: async () => {
      const now = Date.now();
      await store.failAbandonedRuns(now - ABANDONED_AFTER_MS, now);
    },
  });
}
