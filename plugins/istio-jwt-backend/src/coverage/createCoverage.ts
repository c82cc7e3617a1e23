import {
  AuthService,
  LoggerService,
  PermissionsService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import { MetricsService } from '@backstage/backend-plugin-api/alpha';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { Knex } from 'knex';
import { ClusterRegistry } from '../cluster';
import { CoverageConfig } from '../config/types';
import { IssuerKeys } from '../jwks';
import { ProbeRunStore } from '../storage';
import { CoverageMetrics } from './CoverageMetrics';
import { CoverageService } from './CoverageService';
import { DAY_MS } from './days';
import { ExceptionNotices } from './exceptions/ExceptionNotices';
import { ExceptionService } from './exceptions/ExceptionService';
import { ExceptionStore } from './exceptions/ExceptionStore';
import { CoverageIndexer } from './index/CoverageIndexer';
import { IndexStore } from './index/IndexStore';
import { listClaimants } from './index/listClaimants';
import { ProbeFactsReader } from './index/ProbeFacts';
import { deleteOldDays, recordDay } from './index/recordDay';
import { DigestSender } from './notices/DigestSender';
import { OwnerNotices } from './notices/OwnerNotices';
import { ToldStore } from './notices/ToldStore';
import { IndexKeeper } from './IndexKeeper';
import { CountReader } from './read/CountReader';
import { CoverageReader } from './read/CoverageReader';
import { FindingReader } from './read/FindingReader';
import { HostReader } from './read/HostReader';
import { Trend } from './read/Trend';
import { Viewers } from './read/Viewer';
import { WeekReader } from './read/WeekReader';

export interface Coverage {
  service: CoverageService;
  keeper: IndexKeeper;
  /** Has notices sent and old days deleted. */
  schedule(scheduler: SchedulerService): Promise<void>;
}

/** Days are recorded this often, so that the last hour of a day counts. */
const RECORD_EVERY_MS = 30 * 60_000;

/** When this process recorded the day first and last. */
interface Recorded {
  first: number;
  last: number;
}

/** After a start the catalog may still be filling, so the first records are made anew soon, then ever later. */
function isRecordDue(recorded: Recorded | undefined): boolean {
  if (!recorded) return true;
  const { first, last } = recorded;
  return Date.now() - last > Math.min(RECORD_EVERY_MS, last - first + 1000);
}

/** Puts together all that answers for, and keeps, the coverage. */
export function createCoverage(options: {
  auth: AuthService;
  catalog: CatalogService;
  permissions: PermissionsService;
  notifications: NotificationService;
  logger: LoggerService;
  metrics: MetricsService;
  database: Knex;
  registry: ClusterRegistry;
  keys: IssuerKeys;
  store: ProbeRunStore;
  config: CoverageConfig;
  notificationsEnabled: boolean;
}): Coverage {
  const { database: db, registry, logger, permissions, config } = options;
  const store = new IndexStore(db);
  const reader = new CoverageReader(db);
  const metrics = new CoverageMetrics(options.metrics);
  let recorded: Recorded | undefined;
  const keeper = new IndexKeeper({
    store,
    logger,
    indexer: new CoverageIndexer({
      registry,
      keys: options.keys,
      store,
      probes: new ProbeFactsReader(db, options.store),
      logger,
      claimantsMaxAgeMs: config.catalogIntervalMs,
      listClaimants: signal => listClaimants({ ...options, signal }),
    }),
    onLost: () => {
      metrics.clear();
      // Whoever has the lease again does not know what was recorded meanwhile.
      recorded = undefined;
    },
    afterPass: async () => {
      await metrics.refresh(db);
      const isComplete = registry.list().every(({ reading }) => !reading);
      if (isComplete && isRecordDue(recorded)) {
        await recordDay(db, Date.now(), run => store.write(run));
        recorded = { first: recorded?.first ?? Date.now(), last: Date.now() };
      }
    },
  });
  const notices = new ExceptionNotices({
    ...options,
    db,
    enabled: options.notificationsEnabled,
  });
  const counts = new CountReader(db);
  const trend = new Trend(db);
  const told = new ToldStore(db);
  const digest = new DigestSender({
    ...options,
    db,
    told,
    week: new WeekReader(db, counts, trend),
    config: {
      ...config.digest,
      enabled: config.digest.enabled && options.notificationsEnabled,
    },
  });
  return {
    service: new CoverageService({
      viewers: new Viewers({ permissions, db, store }),
      reader,
      counts,
      findings: new FindingReader(db),
      hosts: new HostReader(db),
      trend,
      ownerNotices: new OwnerNotices({
        ...options,
        db,
        told,
        config: {
          ...config.ownerNotices,
          enabled: config.ownerNotices.enabled && options.notificationsEnabled,
        },
      }),
      exceptions: new ExceptionService({
        store: new ExceptionStore(db),
        reader,
        permissions,
        allowSelfApproval: config.exceptions.allowSelfApproval,
        maxDurationMs: config.exceptions.maxDurationMs,
      }),
      store,
      registry,
    }),
    keeper,
    schedule: async scheduler => {
      await scheduler.scheduleTask({
        id: 'istio-jwt-exception-notices',
        frequency: { minutes: 1 },
        initialDelay: { seconds: 15 },
        timeout: { minutes: 5 },
        fn: signal => notices.sendDue(signal),
      });
      await scheduler.scheduleTask({
        id: 'istio-jwt-coverage-retention',
        frequency: { hours: 6 },
        initialDelay: { minutes: 6 },
        timeout: { minutes: 10 },
        fn: async () => {
          await deleteOldDays(db, Date.now(), config.retentionMs);
          await told.deleteOld(
            Date.now() - Math.max(config.ownerNotices.quietMs, 31 * DAY_MS),
          );
        },
      });
      await scheduler.scheduleTask({
        id: 'istio-jwt-coverage-digest',
        frequency: { minutes: 5 },
        initialDelay: { minutes: 2 },
        timeout: { minutes: 30 },
        fn: signal => digest.sendDue(signal),
      });
    },
  };
}
