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
const MAX_INITIAL_DELAY_MS = 15_000;
const MAX_PAUSE_MS = 5000;

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
  const quarter = config.intervalMs / 4;
  const initialDelay = {
    milliseconds: Math.min(MAX_INITIAL_DELAY_MS, quarter),
  };
  await scheduler.scheduleTask({
    id: 'istio-jwt-notices',
    frequency: { seconds: 10 },
    initialDelay,
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
    initialDelay,
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
    frequency: { milliseconds: Math.min(MAX_PAUSE_MS, quarter) },
    initialDelay,
    timeout,
    fn: signal => worker.drain(signal),
  });
}
