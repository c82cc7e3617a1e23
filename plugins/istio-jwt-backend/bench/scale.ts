/**
 * Runs the backend for some minutes with a synthetic mesh that changes, and prints what it takes:
 * processor, memory, load of the API server, size of the database, and how far the index is behind.
 *
 * Run: yarn workspace backstage-plugin-istio-jwt-backend bench:scale --services 10000 --minutes 1.5
 *   [--churn 1] percent of the services changed a minute  [--pods 4] Pods of each service
 *   [--database sqlite|postgres|both]  [--seed 1]
 */
import { generateMesh } from 'istio-jwt-sandbox';
import knexFactory, { Knex } from 'knex';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startPostgres } from '../src/testing/startPostgres';
import {
  BenchBackend,
  describeEntities,
  describeTimes,
  KubeObject,
  mb,
  quantile,
  startBenchBackend,
} from './benchBackend';
import { Goals } from './goals';
import { nameCanary } from './scale/canary';
import { MeshServerProcess, startMeshServer } from './scale/startMeshServer';
import { watchCollections } from './scale/watchCollections';

const CANARY_EVERY_MS = 10_000;
/** Somebody reads a page and a status so often. */
const READ_EVERY_MS = 500;
/** An index that is further behind than this is not waited for. */
const PATIENCE_MS = 120_000;
const LAG_MS = 100;
const ANSWER_MS = 300;

interface Shape {
  services: number;
  podsPerService: number;
  seed: number;
  minutes: number;
  /** Percent of the services a minute. */
  churn: number;
}

/** A database of its own, with its size. */
interface BenchDatabase {
  knex: Knex;
  measureBytes(): Promise<number>;
  remove(): Promise<void>;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      services: { type: 'string', default: '10000' },
      minutes: { type: 'string', default: '1.5' },
      churn: { type: 'string', default: '1' },
      pods: { type: 'string', default: '4' },
      database: { type: 'string', default: 'both' },
      seed: { type: 'string', default: '1' },
    },
  });
  const shape: Shape = {
    services: Number(values.services),
    podsPerService: Number(values.pods),
    seed: Number(values.seed),
    minutes: Number(values.minutes),
    churn: Number(values.churn),
  };
  for (const [name, value] of Object.entries(shape)) {
    if (!Number.isFinite(value) || value < 0) {
      throw new Error(`--${name} must be a number, and not negative`);
    }
  }
  const databases =
    values.database === 'both' ? ['sqlite', 'postgres'] : [values.database];
  const goals = new Goals();
  for (const database of databases) {
    await run(shape, database, goals);
  }
  return goals.missed.length;
}

async function run(
  shape: Shape,
  database: string,
  goals: Goals,
): Promise<void> {
  const { services, podsPerService, seed, minutes, churn } = shape;
  console.log(
    `${services} services, ${
      services * podsPerService
    } Pods, ${churn} % changed a minute, ${database}`,
  );
  const api = await startMeshServer(shape);
  const entities = describeEntities(
    generateMesh({ services, seed }) as KubeObject[],
  );
  const db =
    database === 'postgres' ? await openPostgres() : await openSqlite();
  const startedAt = performance.now();
  const backend = await startBenchBackend({
    apiUrl: api.url,
    entities,
    knex: db.knex,
  });
  await waitUntilSynced(backend);
  const syncedSeconds = (performance.now() - startedAt) / 1000;
  let summary;
  do {
    await sleep(1000);
    summary = JSON.parse(await backend.read('/coverage/summary'));
  } while (!summary.indexedAt);
  const builtSeconds = (performance.now() - startedAt) / 1000;
  const first = await api.readLoad();
  console.log(
    `  lists read after ${syncedSeconds.toFixed(1)} s (${
      first.lists
    } calls, ${mb(first.bytes)} MB), index of ${
      summary.total
    } services with ${await countFindings(
      db.knex,
    )} findings after ${builtSeconds.toFixed(1)} s`,
  );

  await api.ask({
    kind: 'churn',
    changesPerMinute: Math.max(1, (services * churn) / 100),
  });
  const before = measureLiveHeap();
  const measured = await measure(backend, api, db.knex, shape);
  const after = measureLiveHeap();
  const last = await api.readLoad();
  const perMinute = (count: number) => (count / minutes).toFixed(0);
  console.log(
    `  processor: ${(measured.cpuShare * 100).toFixed(
      1,
    )} % of a core; event loop lag p99 ${measured.lagP99.toFixed(
      1,
    )} ms, max ${measured.lagMax.toFixed(
      1,
    )} ms; garbage collector ${measured.collections.total.toFixed(
      0,
    )} ms in all, ${measured.collections.longest.toFixed(0)} ms at most`,
  );
  console.log(
    `  memory: rss ${mb(measured.rss)} MB at most, heap ${mb(
      measured.heap,
    )} MB at most, alive in it ${mb(before)} MB before the changes and ${mb(
      after,
    )} MB after them (API server and PostgreSQL are other processes)`,
  );
  console.log(
    `  API server, a minute: ${perMinute(
      last.lists - first.lists,
    )} lists, ${perMinute(last.watches - first.watches)} watches, ${perMinute(
      last.events - first.events,
    )} events, ${mb((last.bytes - first.bytes) / minutes)} MB`,
  );
  console.log(
    `  database: ${mb(await db.measureBytes())} MB; index behind by p50 ${(
      quantile(measured.indexLags, 0.5) / 1000
    ).toFixed(1)} s, max ${(quantile(measured.indexLags, 1) / 1000).toFixed(
      1,
    )} s (${measured.indexLags.length} services added or removed)`,
  );
  console.log(`  page:   ${describeTimes(measured.pages)}`);
  console.log(`  status: ${describeTimes(measured.statuses)}`);
  const size = services / 10_000;
  const lag = quantile(measured.indexLags, 1) / 1000;
  goals.atMost('index built', builtSeconds, Math.max(30, 60 * size), 's');
  goals.atMost('index behind', lag, Math.max(10, 15 * size), 's');
  goals.atMost('lists under churn', last.lists - first.lists, 0, 'calls');
  goals.atMost('event loop lag, p99', measured.lagP99, LAG_MS, 'ms');
  goals.atMost('heap alive', after / 1e6, 150 + 400 * size, 'MB');
  goals.atMost('page, p99', quantile(measured.pages, 0.99), ANSWER_MS, 'ms');
  goals.atMost(
    'status, p99',
    quantile(measured.statuses, 0.99),
    ANSWER_MS,
    'ms',
  );
  await backend.stop();
  await db.remove();
  api.stop();
}

/**
 * What is in use of the heap, in bytes. What else is in it waits for the garbage collector, which comes
 * the later the more memory there is.
 */
function measureLiveHeap(): number {
  globalThis.gc!();
  return process.memoryUsage().heapUsed;
}

async function countFindings(knex: Knex): Promise<number> {
  const [{ count }] = await knex('istio_jwt_coverage_facets')
    .where({ kind: 'finding' })
    .sum({ count: 'count' });
  return Number(count);
}

/** Reads now and then while the mesh changes, and watches the process. */
async function measure(
  backend: BenchBackend,
  api: MeshServerProcess,
  knex: Knex,
  { services, minutes }: Shape,
) {
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  const endWatch = watchCollections();
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + minutes * 60_000;
  let rss = 0;
  let heap = 0;
  const pages: number[] = [];
  const statuses: number[] = [];
  const canaries = watchCanaries(api, knex, endsAt);
  for (let turn = 0; performance.now() < endsAt; turn++) {
    const memory = process.memoryUsage();
    rss = Math.max(rss, memory.rss);
    heap = Math.max(heap, memory.heapUsed);
    const name = `service-${String((turn * 37) % services).padStart(5, '0')}`;
    pages.push(
      await time(() =>
        backend.read(`/coverage/services?sort=state&limit=50&q=${turn % 10}`),
      ),
    );
    statuses.push(
      await time(() =>
        backend.read(`/entities/component/default/${name}/status`),
      ),
    );
    await sleep(READ_EVERY_MS);
  }
  const indexLags = await canaries;
  const spent = process.cpuUsage(cpu);
  const seconds = (performance.now() - startedAt) / 1000;
  lag.disable();
  return {
    cpuShare: (spent.user + spent.system) / 1e6 / seconds,
    lagP99: lag.percentile(99) / 1e6,
    lagMax: lag.max / 1e6,
    collections: endWatch(),
    rss,
    heap,
    pages,
    statuses,
    indexLags,
  };
}

/** Adds a service and takes it away again, over and over. @returns how long the index took to follow, in ms, at most {@link PATIENCE_MS} */
async function watchCanaries(
  api: MeshServerProcess,
  knex: Knex,
  endsAt: number,
): Promise<number[]> {
  const lags: number[] = [];
  for (let number = 0; performance.now() < endsAt; number++) {
    for (const present of [true, false]) {
      const sentAt: number = await api.ask({ kind: 'canary', number, present });
      for (;;) {
        const row = await knex('istio_jwt_coverage')
          .where({ name: nameCanary(number) })
          .first('name');
        if (Boolean(row) === present) break;
        if (Date.now() - sentAt > PATIENCE_MS) return [...lags, PATIENCE_MS];
        await sleep(100);
      }
      lags.push(Date.now() - sentAt);
      await sleep(Math.max(0, CANARY_EVERY_MS - (Date.now() - sentAt)));
    }
  }
  return lags;
}

async function waitUntilSynced(backend: BenchBackend): Promise<void> {
  while (
    JSON.parse(await backend.read('/clusters'))[0].state.kind !== 'synced'
  ) {
    await sleep(50);
  }
}

async function time(call: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await call();
  return performance.now() - startedAt;
}

async function openSqlite(): Promise<BenchDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'istio-jwt-scale-'));
  const filename = join(directory, 'bench.sqlite');
  const knex = knexFactory({
    client: 'better-sqlite3',
    connection: { filename },
    useNullAsDefault: true,
  });
  return {
    knex,
    measureBytes: async () => (await stat(filename)).size,
    remove: async () => {
      await knex.destroy();
      await rm(directory, { recursive: true });
    },
  };
}

async function openPostgres(): Promise<BenchDatabase> {
  const postgres = await startPostgres();
  const knex = await postgres.connect();
  return {
    knex,
    measureBytes: async () => {
      const { rows } = await knex.raw(
        'select pg_database_size(current_database()) as size',
      );
      return Number(rows[0].size);
    },
    remove: () => postgres.stop(),
  };
}

main().then(
  missed => process.exit(missed > 0 ? 1 : 0),
  error => {
    console.error(error);
    process.exit(1);
  },
);
