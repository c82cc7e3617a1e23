import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { istioJwtPermissions } from 'backstage-plugin-istio-jwt-common';
import {
  istioJwtTokenSourcesExtensionPoint,
  TokenSource,
} from 'backstage-plugin-istio-jwt-node';
import { ClusterRegistry } from './cluster';
import { readIstioJwtConfig } from './config';
import { DatabaseKeySetStore, IssuerKeys } from './jwks';
import {
  AddressGuard,
  createApiServerLister,
  createConfiguredSources,
  Forger,
  ProbeRunner,
  TokenSources,
} from './probes';
import { createRouter } from './service';
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
    env.registerInit({
      deps: {
        auditor: coreServices.auditor,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
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
        const listApiServers = createApiServerLister(registry);
        const tokenSources = new TokenSources([
          ...extensionSources,
          ...createConfiguredSources(config.tokenSources),
        ]);
        const keys = new IssuerKeys({
          registry,
          logger,
          config: config.jwks,
          store: new DatabaseKeySetStore(await deps.database.getClient()),
          guard: new AddressGuard(
            config.jwks.allowedAddresses,
            listApiServers,
            'istioJwt.jwks.allowedAddresses',
          ),
          listTokenHeaders: () => tokenSources.listHeaders(),
        });
        const statuses = new StatusService(registry, lastRuns, keys);
        const notifier = new StatusNotifier({ statuses, signals, logger });
        const runner = new ProbeRunner({
          registry,
          store,
          logger,
          config: config.probes,
          forger: await Forger.create(),
          guard: new AddressGuard(
            config.probes.allowedAddresses,
            listApiServers,
          ),
          tokenSources,
          onProgress: reportProgress(lastRuns, notifier),
        });

        deps.permissionsRegistry.addPermissions(istioJwtPermissions);
        deps.httpRouter.use(
          await createRouter({
            ...deps,
            registry,
            statuses,
            notifier,
            runner,
            store,
            probesEnabled: config.probes.enabled,
          }),
        );
        await scheduleCleanup({
          scheduler: deps.scheduler,
          store,
          logger,
          retentionMs: config.observationRetentionMs,
        });

        registry.subscribe(() => notifier.noteChange());
        lastRuns.subscribe(() => notifier.noteChange());
        keys.subscribe(() => notifier.noteChange());
        registry.start();
        keys.start();
        deps.lifecycle.addShutdownHook(async () => {
          notifier.stop();
          keys.stop();
          await runner.stop();
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
