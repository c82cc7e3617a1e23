import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import {
  actionsRegistryServiceRef,
  metricsServiceRef,
} from '@backstage/backend-plugin-api/alpha';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { istioJwtPermissions } from 'backstage-plugin-istio-jwt-common';
import {
  istioJwtPolicyWritersExtensionPoint,
  istioJwtTokenSourcesExtensionPoint,
  PolicyWriter,
  TokenSource,
} from 'backstage-plugin-istio-jwt-node';
import { registerActions } from './actions/registerActions';
import { ClusterRegistry } from './cluster';
import { readIstioJwtConfig } from './config';
import { createCoverage } from './coverage';
import {
  createEnablement,
  DatabaseEnablementStore,
  DriftKeeper,
  ProbesAfterwards,
  scheduleEnablementCleanup,
  scheduleProposalWatch,
} from './enablement';
import { DatabaseKeySetStore, IssuerKeys } from './jwks';
import {
  announceChanges,
  DatabaseDriftHistory,
  DatabaseStateHistoryStore,
  NoticeSender,
  StateRecorder,
} from './history';
import { ProbeMetrics } from './metrics/ProbeMetrics';
import {
  AddressGuard,
  createApiServerLister,
  createConfiguredSources,
  Forger,
  ProbeRunner,
  TokenSources,
} from './probes';
import { DatabaseScheduleStore, startSchedule } from './schedule';
import { createRouter } from './service';
import { EnablementCalls } from './service/EnablementCalls';
import { LastRunCache, StatusNotifier, StatusService } from './status';
import { DatabaseProbeRunStore } from './storage';
import { scheduleCleanup } from './storage/scheduleCleanup';
import { reportProgress } from './status/reportProgress';

/**
 * Backend of the istio-jwt plugin: status of entities, and probes.
 *
 * @public
 */
export const istioJwtPlugin = createBackendPlugin({
  pluginId: 'istio-jwt',
  register(env) {
    const extensionSources: TokenSource[] = [];
    env.registerExtensionPoint(istioJwtTokenSourcesExtensionPoint, {
      addTokenSource: (...sources) => {
        extensionSources.push(...sources);
      },
    });
    const extensionWriters: PolicyWriter[] = [];
    env.registerExtensionPoint(istioJwtPolicyWritersExtensionPoint, {
      addPolicyWriter: (...writers) => {
        extensionWriters.push(...writers);
      },
    });
    env.registerInit({
      deps: {
        actionsRegistry: actionsRegistryServiceRef,
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        events: eventsServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        metrics: metricsServiceRef,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        scheduler: coreServices.scheduler,
        signals: signalsServiceRef,
      },
      async init(deps) {
        const { logger, signals } = deps;
        const config = readIstioJwtConfig(deps.config);
        const store = await DatabaseProbeRunStore.create(deps);
        const registry = new ClusterRegistry(config.clusters, { logger });
        const lastRuns = new LastRunCache(store);
        const database = await deps.database.getClient();
        const history = new DatabaseStateHistoryStore(database);
        const schedule = new DatabaseScheduleStore(database);
        const metrics = new ProbeMetrics(deps.metrics);
        const listApiServers = createApiServerLister(registry);
        const tokenSources = new TokenSources([
          ...extensionSources,
          ...createConfiguredSources(config.tokenSources),
        ]);
        const keyGuard = new AddressGuard(
          config.jwks.allowedAddresses,
          listApiServers,
          'istioJwt.jwks.allowedAddresses',
        );
        const keys = new IssuerKeys({
          registry,
          logger,
          config: config.jwks,
          store: new DatabaseKeySetStore(database),
          guard: keyGuard,
          listTokenHeaders: () => tokenSources.listHeaders(),
        });
        const statuses = new StatusService(registry, lastRuns, keys);
        const notifier = new StatusNotifier({ statuses, signals, logger });
        const recorder = new StateRecorder({
          store: history,
          logger,
          noticeHoldMs: config.notifications.holdMs,
          onChanges: announceChanges({ ...deps, notifier }),
        });
        statuses.subscribe(status => recorder.note(status));
        const forger = await Forger.create();
        const guard = new AddressGuard(
          config.probes.allowedAddresses,
          listApiServers,
        );
        const runner = new ProbeRunner({
          registry,
          store,
          logger,
          config: config.probes,
          forger,
          guard,
          tokenSources,
          listPublicKeys: use => keys.listPublicKeys(use),
          onProgress: reportProgress(lastRuns, notifier, metrics),
          onBackOff: backOff => metrics.noteBackOff(backOff),
        });

        const afterwards = new ProbesAfterwards({ ...deps, registry, runner });
        const enablement = createEnablement({
          ...deps,
          config,
          registry,
          database,
          guard,
          keyGuard,
          forger,
          tokenSources,
          pacer: runner.pacer,
          writers: extensionWriters,
          onProgress: operation => {
            const { entityRef } = operation;
            void notifier.publish(entityRef, { type: 'enablement-changed' });
            afterwards.note(operation);
          },
        });

        const coverage = createCoverage({
          ...deps,
          config: config.coverage,
          notificationsEnabled: config.notifications.enabled,
          registry,
          database,
          keys,
          store,
        });

        const calls = new EnablementCalls({
          ...deps,
          service: enablement.service,
        });
        const drifts = new DriftKeeper({
          registry,
          logger,
          store: new DatabaseEnablementStore(database),
          history: new DatabaseDriftHistory(database),
          noticeHoldMs: config.notifications.holdMs,
          onChange: entityRef =>
            void notifier.publish(entityRef, { type: 'history-changed' }),
        });

        deps.permissionsRegistry.addPermissions(istioJwtPermissions);
        registerActions({
          actionsRegistry: deps.actionsRegistry,
          calls,
          status: {
            ...deps,
            statuses,
            notifier,
            probesEnabled: config.probes.enabled,
          },
        });
        deps.httpRouter.use(
          await createRouter({
            ...deps,
            registry,
            statuses,
            notifier,
            runner,
            store,
            history,
            probesEnabled: config.probes.enabled,
            enablement: calls,
            coverage: coverage.service,
          }),
        );
        await scheduleCleanup({
          scheduler: deps.scheduler,
          store,
          history,
          schedule,
          logger,
          retentionMs: config.observationRetentionMs,
          roundRetentionMs: config.schedule.retentionMs,
        });
        await scheduleEnablementCleanup({
          scheduler: deps.scheduler,
          service: enablement.service,
          retentionMs: config.observationRetentionMs,
        });
        await scheduleProposalWatch({
          scheduler: deps.scheduler,
          watcher: enablement.watcher,
        });
        await startSchedule({
          ...deps,
          store: schedule,
          runner,
          statuses,
          recorder,
          metrics,
          config: config.schedule,
          notices: new NoticeSender({
            ...deps,
            store: history,
            enabled: config.notifications.enabled,
          }),
        });

        await coverage.schedule(deps.scheduler);

        registry.subscribe(() => notifier.noteChange());
        registry.subscribe(() => coverage.keeper.noteChange());
        registry.subscribe(() => drifts.noteChange());
        lastRuns.subscribe(() => notifier.noteChange());
        keys.subscribe(() => notifier.noteChange());
        registry.start();
        keys.start();
        enablement.driver.start();
        coverage.keeper.start();
        deps.lifecycle.addShutdownHook(async () => {
          await enablement.driver.stop();
          afterwards.stop();
          await coverage.keeper.stop();
          await drifts.stop();
          notifier.stop();
          keys.stop();
          await runner.stop();
          await recorder.flush();
          await registry.stop();
        });
        if (config.clusters.length === 0) {
          logger.warn(
            'No cluster is configured: add one under istioJwt.clusters.',
          );
        }
      },
    });
  },
});
