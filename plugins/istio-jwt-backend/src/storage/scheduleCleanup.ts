import { LoggerService, SchedulerService } from '@backstage/backend-plugin-api';
import { StateHistoryStore } from '../history';
import { ScheduleStore } from '../schedule/ScheduleStore';
import { ProbeRunStore } from './ProbeRunStore';

/** Long past the beat of a live run, so that a busy backend is not taken for dead. */
const ABANDONED_AFTER_MS = 30_000;

/** Deletes old runs, and ends those whose backend went away. */
export async function scheduleCleanup(options: {
  scheduler: SchedulerService;
  store: ProbeRunStore;
  history: Pick<StateHistoryStore, 'deleteBefore'>;
  schedule: Pick<ScheduleStore, 'deleteRounds'>;
  logger: LoggerService;
  retentionMs: number;
  /** Of scheduled runs in which nothing disagreed. */
  roundRetentionMs: number;
}): Promise<void> {
  const { scheduler, store, history, schedule, logger, retentionMs } = options;
  await scheduler.scheduleTask({
    id: 'istio-jwt-retention',
    frequency: { hours: 6 },
    timeout: { minutes: 10 },
    initialDelay: { minutes: 5 },
    fn: async () => {
      const now = Date.now();
      const deleted =
        (await store.deleteRuns(now - retentionMs)) +
        (await store.deleteQuietRounds(now - options.roundRetentionMs));
      await history.deleteBefore(now - retentionMs);
      await schedule.deleteRounds(now - retentionMs);
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
