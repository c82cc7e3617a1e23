import {
  AuditorService,
  AuthService,
  LoggerService,
  PermissionsService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { PolicyWriter } from 'backstage-plugin-istio-jwt-node';
import { Knex } from 'knex';
import { ClusterRegistry } from '../cluster';
import { IstioJwtConfig } from '../config';
import { checkKeySource } from '../jwks/checkKeySource';
import { findKeySource } from '../jwks/KeySource';
import { AddressGuard, Forger, TokenSources } from '../probes';
import { GatewayPacer } from '../probes/GatewayPacer';
import { EnablementService } from './EnablementService';
import { OperationNotices } from './notices/OperationNotices';
import { Operation } from './operation';
import { Proposals } from './proposals/Proposals';
import { ProposalWatcher } from './proposals/ProposalWatcher';
import { EnablementDriver } from './run/EnablementDriver';
import { OperationProber } from './run/OperationProber';
import { RunTools } from './run/OperationRun';
import { DatabaseEnablementStore } from './store/DatabaseEnablementStore';
import { OwnProbes } from './shadow/OwnProbes';
import { ShadowReader } from './shadow/ShadowReader';
import { EnablementStore } from './store/EnablementStore';
import { DirectWriter } from './write/DirectWriter';

export interface EnablementParts {
  config: Pick<
    IstioJwtConfig,
    'enablement' | 'probes' | 'jwks' | 'notifications'
  >;
  registry: ClusterRegistry;
  database: Knex;
  auth: AuthService;
  catalog: CatalogService;
  permissions: PermissionsService;
  auditor: AuditorService;
  logger: LoggerService;
  notifications: NotificationService;
  /** Of probes. */
  guard: AddressGuard;
  /** Of reads of key sets. */
  keyGuard: AddressGuard;
  forger: Forger;
  tokenSources: TokenSources;
  pacer: GatewayPacer;
  /** Asked before the built-in writer. */
  writers: PolicyWriter[];
  onProgress(operation: Operation): void;
  /** For tests: shorter waits, and parts that fail. */
  tuning?: {
    store?: EnablementStore;
    leaseMs?: number;
    pollMs?: number;
    pauseMs?: number;
    checkKeys?: RunTools['checkKeys'];
    shadowReader?: RunTools['shadowReader'];
  };
}

/** Puts together what plans operations and what drives them. */
export function createEnablement(parts: EnablementParts): {
  service: EnablementService;
  driver: EnablementDriver;
  watcher: ProposalWatcher;
} {
  const { config, registry, tuning } = parts;
  const writers = [...parts.writers, new DirectWriter(registry)];
  const store = tuning?.store ?? new DatabaseEnablementStore(parts.database);
  const notices = new OperationNotices({
    ...parts,
    enabled: config.notifications.enabled,
    config: config.enablement,
  });
  const driver = new EnablementDriver({
    ...parts,
    ...tuning,
    store,
    writers,
    deadlines: config.enablement.deadlines,
    shadow: config.enablement.shadow,
    shadowReader: tuning?.shadowReader ?? new ShadowReader(registry),
    ownProbes: new OwnProbes(parts.database, registry),
    notices,
    prober: new OperationProber({ ...parts, config: config.probes }),
    checkKeys: tuning?.checkKeys ?? createKeyCheck(parts),
  });
  const proposals = new Proposals({
    ...parts,
    config: config.enablement,
    store,
  });
  const service = new EnablementService({
    ...parts,
    config: config.enablement,
    store,
    driver,
    notices,
    proposals,
    writers,
  });
  const watcher = new ProposalWatcher({ ...parts, store, driver, proposals });
  return { service, driver, watcher };
}

/** Reads an issuer's keys as istiod would, from the hosts that may be asked for keys. */
function createKeyCheck({
  config: { jwks },
  keyGuard,
}: EnablementParts): RunTools['checkKeys'] {
  return async ({ issuer, jwksUri }) => {
    const source = findKeySource({
      issuer,
      jwks: jwksUri ? { kind: 'uri', uri: jwksUri } : { kind: 'discovery' },
    });
    return source
      ? checkKeySource(source, {
          allowedHosts: jwks.allowedHosts,
          caFile: jwks.caFile,
          resolve: (host, port) => keyGuard.resolveAll(host, port),
        })
      : {
          kind: 'undecidable',
          reason: 'The keys stand in the policy.',
          fix: '',
        };
  };
}

/** Looks every few seconds, on one replica, whether what was proposed has been merged. */
export async function scheduleProposalWatch(options: {
  scheduler: SchedulerService;
  watcher: ProposalWatcher;
}): Promise<void> {
  await options.scheduler.scheduleTask({
    id: 'istio-jwt-proposals',
    frequency: { seconds: 15 },
    initialDelay: { seconds: 15 },
    timeout: { minutes: 2 },
    fn: () => options.watcher.look(),
  });
}

/** Ends what waits for too long, and deletes what ended long ago. */
export async function scheduleEnablementCleanup(options: {
  scheduler: SchedulerService;
  service: EnablementService;
  retentionMs: number;
}): Promise<void> {
  await options.scheduler.scheduleTask({
    id: 'istio-jwt-enablements',
    frequency: { minutes: 5 },
    initialDelay: { minutes: 1 },
    timeout: { minutes: 5 },
    fn: () => options.service.cleanUp(options.retentionMs),
  });
}
