import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { ClusterRegistry } from '../cluster';
import { readIstioJwtConfig } from '../config';
import { AddressGuard, Forger, ProbeRunner, TokenSources } from '../probes';
import { ProbeRunnerOptions } from '../probes/ProbeRunner';
import { DatabaseProbeRunStore } from '../storage';
import { FakeApiServer } from '../testing/FakeApiServer';

export interface StartedRunner {
  runner: ProbeRunner;
  /** The latest picture of the run. */
  readonly seen: ProbeRun | undefined;
  stop(): Promise<void>;
}

/** A runner that reads one cluster, `c`, from a fake API server. */
export async function startRunner(
  api: FakeApiServer,
  knex: Knex,
  {
    cluster = {},
    probes = {},
    allowedAddresses = [],
    ...options
  }: {
    /** Added to the cluster's config. */
    cluster?: object;
    probes?: object;
    allowedAddresses?: string[];
  } & Partial<ProbeRunnerOptions> = {},
): Promise<StartedRunner> {
  const logger = mockServices.logger.mock();
  const config = readIstioJwtConfig(
    new ConfigReader({
      istioJwt: {
        clusters: [
          { name: 'c', url: api.url, skipTLSVerify: true, ...cluster },
        ],
        probes,
      },
    }),
  );
  let seen: ProbeRun | undefined;
  const registry = new ClusterRegistry(config.clusters, { logger });
  const runner = new ProbeRunner({
    registry,
    logger,
    store: await DatabaseProbeRunStore.create({
      database: mockServices.database.mock({ getClient: async () => knex }),
    }),
    config: config.probes,
    forger: await Forger.create(),
    guard: new AddressGuard(allowedAddresses),
    tokenSources: new TokenSources([]),
    onProgress: run => {
      seen = run;
    },
    ...options,
  });
  registry.start();
  return {
    runner,
    get seen() {
      return seen;
    },
    stop: async () => {
      await runner.stop();
      await registry.stop();
    },
  };
}
