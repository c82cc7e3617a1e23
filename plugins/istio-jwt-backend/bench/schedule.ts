/**
 * Measures one scheduled round over 2,000 services: event loop lag, memory and probes a second, next
 * to plain undici sending the very same requests to the same server in the same run.
 *
 * Run: yarn workspace backstage-plugin-istio-jwt-backend bench:schedule
 */
import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { generateMesh } from 'istio-jwt-sandbox';
import knexFactory from 'knex';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Pool } from 'undici';
import { ClusterRegistry } from '../src/cluster';
import { readIstioJwtConfig } from '../src/config';
import { DatabaseStateHistoryStore, StateRecorder } from '../src/history';
import { AddressGuard, Forger, ProbeRunner, TokenSources } from '../src/probes';
import { DatabaseScheduleStore } from '../src/schedule';
import { planRound } from '../src/schedule/planRound';
import { RoundWorker } from '../src/schedule/RoundWorker';
import { LastRunCache, StatusService } from '../src/status';
import { DatabaseProbeRunStore } from '../src/storage';
import type { RecordedRequest } from './server';

const SERVICES = Number(process.env.BENCH_SERVICES ?? 2000);
/** What a gateway takes for an answer, in ms. */
const LATENCY_MS = Number(process.env.BENCH_LATENCY ?? 5);
const CONCURRENCY = Number(process.env.BENCH_CONCURRENCY ?? 4);
const MAX_LAG_MS = 100;
const MAX_MEMORY_MB = 300;
const MAX_RATIO = 2;
const VALID_TOKEN = `valid.${'x'.repeat(600)}`;

interface KubeObject {
  kind: string;
  metadata: { name: string; namespace: string; labels?: object };
}

async function main() {
  const objects = generateMesh({ services: SERVICES }) as KubeObject[];
  const server = await startServer(objects);
  const entities = describeEntities(objects);
  const logger = mockServices.rootLogger({ level: 'none' });
  const knex = knexFactory({
    client: 'better-sqlite3',
    connection: ':memory:',
    useNullAsDefault: true,
  });
  const store = await DatabaseProbeRunStore.create({
    database: { getClient: async () => knex },
  });
  const config = readIstioJwtConfig(
    new ConfigReader({
      istioJwt: {
        clusters: [
          {
            name: 'bench',
            sandbox: true,
            url: server.apiUrl,
            gateways: [
              {
                match: { namespace: 'edge', name: 'shared-gateway' },
                address: `127.0.0.1:${server.gatewayPort}`,
              },
            ],
          },
        ],
        probes: {
          allowedAddresses: ['127.0.0.1/32'],
          maxConcurrency: CONCURRENCY,
        },
      },
    }),
  );
  const registry = new ClusterRegistry(config.clusters, { logger });
  const lastRuns = new LastRunCache(store);
  const statuses = new StatusService(registry, lastRuns);
  const recorder = new StateRecorder({
    store: new DatabaseStateHistoryStore(knex),
    logger,
    noticeHoldMs: 60_000,
    onChanges: () => {},
  });
  statuses.subscribe(status => recorder.note(status));
  const runner = new ProbeRunner({
    registry,
    store,
    logger,
    // The rate is a promise to gateways; here the machinery is measured.
    config: { ...config.probes, ratePerGateway: 1_000_000 },
    forger: await Forger.create(),
    guard: new AddressGuard(['127.0.0.1/32']),
    tokenSources: new TokenSources([
      {
        id: 'static',
        getToken: async () => ({ kind: 'token', token: VALID_TOKEN }),
      },
    ]),
    onProgress: run => lastRuns.put(run),
  });
  registry.start();
  await registry.waitUntilRead(registry.list(), 60_000);
  while (registry.listFreshness()[0].state.kind !== 'synced') {
    await sleep(50);
  }

  const schedule = new DatabaseScheduleStore(knex);
  const worker = new RoundWorker({
    store: schedule,
    auth: mockServices.auth(),
    catalog: createCatalog(entities),
    runner,
    statuses,
    recorder,
    logger,
    config: { vectors: 'essential', maintenance: [] },
  });
  const measureRound = async () => {
    await planRound({
      store: schedule,
      auth: mockServices.auth(),
      catalog: createCatalog(entities),
      logger,
      config: { entities: [], intervalMs: 1 },
    });
    await sleep(10);
    await server.forget();
    const memory = watchMemory();
    const lag = monitorEventLoopDelay({ resolution: 5 });
    lag.enable();
    const startedAt = performance.now();
    await worker.drain(new AbortController().signal);
    const seconds = (performance.now() - startedAt) / 1000;
    lag.disable();
    return {
      seconds,
      lagP99: lag.percentile(99) / 1e6,
      lagMax: lag.max / 1e6,
      memoryMb: memory.stop(),
      requests: await server.getRequests(),
    };
  };

  let failed = false;
  // The runner leaves 5 s between two runs of an entity.
  for (const name of ['first round ', 'second round']) {
    const round = await measureRound();
    const [{ count }] = await knex('istio_jwt_schedule_entities')
      .where({ last_result: 'done' })
      .count({ count: '*' });
    const results = await knex('istio_jwt_observations')
      .groupBy('result')
      .select('result')
      .count({ count: '*' });
    const plain = await sendPlainly(server.gatewayPort, round.requests);
    const ours = round.requests.length / round.seconds;
    const ratio = plain.perSecond / ours;
    console.log(
      `${name}: ${count} of ${
        entities.length
      } entities in ${round.seconds.toFixed(1)} s, ${
        round.requests.length
      } requests; observations ${results
        .map(row => `${row.result} ${row.count}`)
        .join(', ')}`,
    );
    console.log(
      `  event loop lag p99 ${round.lagP99.toFixed(
        1,
      )} ms, max ${round.lagMax.toFixed(
        1,
      )} ms (limit ${MAX_LAG_MS}); of plain undici p99 ${plain.lagP99.toFixed(
        1,
      )} ms, max ${plain.lagMax.toFixed(1)} ms`,
    );
    console.log(
      `  memory at most ${round.memoryMb.toFixed(
        0,
      )} MB more than before (limit ${MAX_MEMORY_MB})`,
    );
    console.log(
      `  ${ours.toFixed(
        0,
      )} requests a second; plain undici ${plain.perSecond.toFixed(
        0,
      )}: ratio ${ratio.toFixed(
        2,
      )} (limit ${MAX_RATIO}), ${CONCURRENCY} at once, ${LATENCY_MS} ms an answer`,
    );
    failed ||=
      Number(count) !== entities.length ||
      // Where the machine itself stalls for longer, a single stall says nothing.
      round.lagMax > Math.max(MAX_LAG_MS, 2 * plain.lagMax) ||
      round.lagP99 > MAX_LAG_MS ||
      round.memoryMb > MAX_MEMORY_MB ||
      ratio > MAX_RATIO;
  }
  await runner.stop();
  await registry.stop();
  server.stop();
  process.exit(failed ? 1 : 0);
}

/** The gateway and the API server, in a process of their own. */
async function startServer(objects: KubeObject[]) {
  const child = fork(`${__dirname}/server.ts`, {
    execArgv: ['--require', '@backstage/cli/config/nodeTransform.cjs'],
    serialization: 'advanced',
  });
  const ask = async (message: object) => {
    child.send(message);
    for (;;) {
      // Backstage's transform tells its parent which files it reads.
      const [answer] = await once(child, 'message');
      if ('benchAnswer' in answer) {
        return answer.benchAnswer;
      }
    }
  };
  const { apiUrl, gatewayPort } = await ask({
    kind: 'start',
    services: SERVICES,
    latencyMs: LATENCY_MS,
    validToken: VALID_TOKEN,
    enforcedHosts: objects
      .filter(
        ({ kind, metadata }) =>
          kind === 'AuthorizationPolicy' && metadata.namespace === 'edge',
      )
      .map(({ metadata }) => metadata.name.replace(/-jwt$/, '.example.com')),
  });
  return {
    apiUrl: apiUrl as string,
    gatewayPort: gatewayPort as number,
    forget: () => ask({ kind: 'forget' }),
    getRequests: () => ask({ kind: 'requests' }) as Promise<RecordedRequest[]>,
    stop: () => child.kill(),
  };
}

/** Its own lag says what the machine adds: nothing of ours runs meanwhile. */
async function sendPlainly(
  port: number,
  requests: RecordedRequest[],
): Promise<{ perSecond: number; lagP99: number; lagMax: number }> {
  const pool = new Pool(`http://127.0.0.1:${port}`, {
    connections: CONCURRENCY,
    pipelining: 1,
  });
  const left = [...requests];
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (let next = left.pop(); next; next = left.pop()) {
        const response = await pool.request({
          method: next.method as 'GET',
          path: next.path,
          headers: next.headers,
        });
        await response.body.text();
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  lag.disable();
  await pool.close();
  return {
    perSecond: requests.length / seconds,
    lagP99: lag.percentile(99) / 1e6,
    lagMax: lag.max / 1e6,
  };
}

function watchMemory(): { stop: () => number } {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 50);
  return {
    stop: () => {
      clearInterval(timer);
      return (most - before) / 1e6;
    },
  };
}

function describeEntities(objects: KubeObject[]): Entity[] {
  return objects
    .filter(
      ({ kind, metadata }) =>
        kind === 'Service' && metadata.namespace.startsWith('team-'),
    )
    .map(({ metadata }) => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: {
        name: metadata.name,
        namespace: 'default',
        annotations: {
          'backstage.io/kubernetes-id': metadata.name,
          'backstage.io/kubernetes-namespace': metadata.namespace,
        },
      },
    }));
}

/** The catalog is not what is measured: the mock of the test utilities indexes all entities on each call. */
function createCatalog(entities: Entity[]): CatalogService {
  const byRef = new Map(
    entities.map(entity => [stringifyEntityRef(entity), entity]),
  );
  return {
    queryEntities: async (request: { cursor?: string; limit: number }) => {
      const start = Number(request.cursor ?? 0);
      const end = start + request.limit;
      return {
        items: entities.slice(start, end),
        totalItems: entities.length,
        pageInfo: end < entities.length ? { nextCursor: String(end) } : {},
      };
    },
    getEntitiesByRefs: async ({ entityRefs }: { entityRefs: string[] }) => ({
      items: entityRefs.map(ref => byRef.get(ref)),
    }),
  } as unknown as CatalogService;
}

void main();
