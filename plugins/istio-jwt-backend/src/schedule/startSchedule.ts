import {
  AuthService,
  LoggerService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { ScheduleConfig } from '../config';
import { NoticeSender, StateRecorder } from '../history';
import { ProbeMetrics } from '../metrics/ProbeMetrics';
import { ProbeRunner } from '../probes';
import { StatusService } from '../status';
import { planRound } from './planRound';
import { RoundWorker } from './RoundWorker';
import { ScheduleStore } from './ScheduleStore';

const MIN_TIMEOUT_MS = 10 * 60_000;
/** Clusters are read meanwhile. */
const INITIAL_DELAY = { seconds: 15 };

/**
 * Makes rounds go on: one replica begins each, all replicas work it off, and one tells owners what
 * changed.
 */
export async function startSchedule(options: {
  scheduler: SchedulerService;
  auth: AuthService;
  catalog: CatalogService;
  logger: LoggerService;
  store: ScheduleStore;
  runner: ProbeRunner;
  statuses: StatusService;
  recorder: StateRecorder;
  notices: NoticeSender;
  metrics: ProbeMetrics;
  config: ScheduleConfig;
}): Promise<void> {
  const { scheduler, config, notices, metrics } = options;
  await scheduler.scheduleTask({
    id: 'istio-jwt-notices',
    frequency: { seconds: 10 },
    initialDelay: INITIAL_DELAY,
    timeout: { minutes: 5 },
    fn: signal => notices.sendDue(signal),
  });
  if (!config.enabled) {
    return;
  }
  const timeout = {
    milliseconds: Math.max(config.intervalMs, MIN_TIMEOUT_MS),
  };
  await scheduler.scheduleTask({
    id: 'istio-jwt-round',
    frequency: { milliseconds: config.intervalMs },
    initialDelay: INITIAL_DELAY,
    timeout,
    fn: signal =>
      planRound({
        ...options,
        signal,
        onRound: ({ missed }) => missed > 0 && metrics.noteRound('overrun'),
      }),
  });
  const worker = new RoundWorker({
    ...options,
    onLag: lagMs => metrics.noteLag(lagMs),
    onRoundEnd: () => metrics.noteRound('complete'),
  });
  await scheduler.scheduleTask({
    id: 'istio-jwt-round-worker',
    scope: 'local',
    frequency: { seconds: 5 },
    initialDelay: INITIAL_DELAY,
    timeout,
    fn: signal => worker.drain(signal),
  });
}
