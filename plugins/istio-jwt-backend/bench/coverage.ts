/**
 * Measures the coverage of 10,000 services over HTTP: how long the index takes, what it costs the
 * event loop and the memory, and pages, summaries and exports from it, next to one live list of the
 * cluster's services and pods that each of them would need without an index.
 *
 * Run: yarn workspace backstage-plugin-istio-jwt-backend bench:coverage
 */
import { generateMesh } from 'istio-jwt-sandbox';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startPostgres } from '../src/testing/startPostgres';
import {
  BenchBackend,
  describeEntities,
  KubeObject,
  mb,
  quantile,
  startBenchBackend,
} from './benchBackend';
import { Goals } from './goals';
import { LoadResult } from './load';

const SERVICES = Number(process.env.BENCH_SERVICES ?? 10_000);
const READS = Number(process.env.BENCH_READS ?? 200);
const LOAD_RATE = 200;
const LOAD_SECONDS = Number(process.env.BENCH_LOAD_SECONDS ?? 20);
/** A live list takes at least as many times as long as an answer at its 99th percentile. */
const MIN_RATIO = 10;
/** A filter that takes longer is waited for. */
const ANSWER_MS = 300;

/** What an answer about one Service would need of its own namespace, and of that of its gateway. */
const OWN_KINDS = [
  '/api/v1/namespaces/NS/services',
  '/api/v1/namespaces/NS/pods',
  '/apis/networking.istio.io/v1/namespaces/NS/virtualservices',
  '/apis/security.istio.io/v1/namespaces/NS/requestauthentications',
  '/apis/security.istio.io/v1/namespaces/NS/authorizationpolicies',
];
const GATEWAY_KINDS = OWN_KINDS.slice(3);

async function main(database: 'sqlite' | 'postgres') {
  const objects = generateMesh({ services: SERVICES }) as KubeObject[];
  const entities = describeEntities(objects);
  const api = await startApi();
  const postgres = database === 'postgres' ? await startPostgres() : undefined;
  const knex = await postgres?.connect();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const memoryBefore = process.memoryUsage();
  const backend = await startBenchBackend({
    apiUrl: api.url,
    entities,
    knex,
  });
  const { read } = backend;
  const measure = async (paths: string[], user?: 'owner', reads = READS) => {
    const times: number[] = [];
    for (let index = 0; index < reads; index++) {
      const startedAt = performance.now();
      await read(paths[index % paths.length], user);
      times.push(performance.now() - startedAt);
    }
    return times;
  };

  while (JSON.parse(await read('/clusters'))[0].state.kind !== 'synced') {
    await sleep(20);
  }
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  const syncedAt = performance.now();
  let summary;
  do {
    await sleep(500);
    summary = JSON.parse(await read('/coverage/summary'));
  } while (summary.total < SERVICES || !summary.indexedAt);
  const buildSeconds = (performance.now() - syncedAt) / 1000;
  lag.disable();
  collect();
  const memoryAfter = process.memoryUsage();
  console.log(
    `${database}: ${summary.total} services, ${JSON.stringify(summary.states)}`,
  );
  console.log(
    `  index built in ${buildSeconds.toFixed(
      1,
    )} s from when the cluster was read; event loop lag p99 ${(
      lag.percentile(99) / 1e6
    ).toFixed(1)} ms, max ${(lag.max / 1e6).toFixed(1)} ms`,
  );
  console.log(
    `  memory of mesh, assessments and index: heap +${mb(
      memoryAfter.heapUsed - memoryBefore.heapUsed,
    )} MB, rss +${mb(memoryAfter.rss - memoryBefore.rss)} MB`,
  );

  const pages = [
    '/coverage/services?limit=50',
    '/coverage/services?sort=state&limit=50',
    '/coverage/services?sort=findings&order=desc&limit=50',
    '/coverage/services?sort=owner&state=open,validated-only&limit=50',
    '/coverage/services?owner=group%3Adefault%2Fteam-7&sort=lastProbe&limit=50',
    '/coverage/services?q=service-04&limit=50',
    '/coverage/services?namespace=team-017&limit=50',
    '/coverage/services?issuer=https%3A%2F%2Flogin.example.com&limit=50',
  ];
  const owner = 'owner' as const;
  const first = await measure(['/coverage/services?limit=50'], owner, 1);
  const page = await measure(pages);
  const ownPage = await measure(pages, owner);
  const summaries = await measure(['/coverage/summary']);
  const ownSummaries = await measure(['/coverage/summary'], owner);
  const groups = await measure(
    ['/coverage/groups?by=owner', '/coverage/groups?by=issuer'],
    undefined,
    READS / 4,
  );
  const findings = await measure(['/coverage/findings'], undefined, READS / 10);
  const trend = await measure(['/coverage/trend'], undefined, READS / 4);
  const statuses = await measure(
    entities.map(
      ({ metadata }) => `/entities/component/default/${metadata.name}/status`,
    ),
    undefined,
    2000,
  );
  const underLoad = await readAtRate(
    backend,
    entities.map(
      ({ metadata }) => `/entities/component/default/${metadata.name}/status`,
    ),
  );
  const live: number[] = [];
  const liveOfNamespace: number[] = [];
  const liveOfAnswer: number[] = [];
  for (let index = 0; index < 10; index++) {
    let startedAt = performance.now();
    await listLive(api.url, 'services');
    await listLive(api.url, 'pods');
    live.push(performance.now() - startedAt);
    startedAt = performance.now();
    await listNamespace(api.url, 'team-017', OWN_KINDS);
    liveOfNamespace.push(performance.now() - startedAt);
    await listNamespace(api.url, 'edge', GATEWAY_KINDS);
    liveOfAnswer.push(performance.now() - startedAt);
  }
  const exportStartedAt = performance.now();
  const lines = (await read('/coverage/export?format=csv')).split('\r\n');
  const exportMs = performance.now() - exportStartedAt;

  const liveP50 = quantile(live, 0.5);
  const print = (name: string, times: number[]) =>
    console.log(
      `  ${name.padEnd(24)} p50 ${quantile(times, 0.5).toFixed(
        1,
      )} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms; one live list takes ${(
        liveP50 / quantile(times, 0.5)
      ).toFixed(1)} times as long (p50)`,
    );
  print('page', page);
  print('page of an owner, first', first);
  print('page of an owner', ownPage);
  print('summary', summaries);
  print('summary of an owner', ownSummaries);
  print('groups', groups);
  print('findings', findings);
  print('trend of 90 days', trend);
  print('status of one entity', statuses);
  print('live list of cluster', live);
  console.log(
    `  status at ${LOAD_RATE} requests a second: p50 ${underLoad.p50.toFixed(
      1,
    )} ms, p99 ${underLoad.p99.toFixed(1)} ms, max ${underLoad.max.toFixed(
      1,
    )} ms, ${underLoad.failed} failed of ${underLoad.sent}`,
  );
  for (const [what, times] of [
    ['of its namespace', liveOfNamespace],
    ['of its namespace and of the policies at its gateway', liveOfAnswer],
    ['of the Services and Pods of the cluster', live],
  ] as const) {
    const p50 = quantile([...times], 0.5);
    console.log(
      `    live lists ${what} take ${p50.toFixed(1)} ms: ${(
        p50 / underLoad.p99
      ).toFixed(1)} times as long as that p99`,
    );
  }
  console.log(
    `  export: ${lines.length - 2} lines in ${(exportMs / 1000).toFixed(1)} s`,
  );
  await backend.stop();
  await postgres?.stop();
  api.stop();
  const goals = new Goals();
  for (const [what, times] of [
    ['a page', page],
    ['a page of an owner', ownPage],
    ['a summary', summaries],
    ['a summary of an owner', ownSummaries],
    ['groups', groups],
    ['findings', findings],
    ['a trend', trend],
    ['a status', statuses],
  ] as const) {
    goals.atMost(`${what}, p99`, quantile([...times], 0.99), ANSWER_MS, 'ms');
  }
  for (const [what, times] of [
    ['a page', page],
    ['a summary', summaries],
    ['a status', statuses],
  ] as const) {
    goals.atLeast(
      `a live list takes as many times as long as ${what} at its p99`,
      liveP50 / quantile([...times], 0.99),
      MIN_RATIO,
      'times',
    );
  }
  goals.atMost('status under load, p99', underLoad.p99, ANSWER_MS, 'ms');
  goals.atMost('failed under load', underLoad.failed, 0, 'requests');
  goals.atMost(
    'services missing in the export',
    summary.total - (lines.length - 2),
    0,
    'services',
  );
  return goals.missed.length;
}

/** The API server, in a process of its own. */
async function startApi(): Promise<{ url: string; stop: () => void }> {
  const child = fork(`${__dirname}/server.ts`, {
    execArgv: ['--require', '@backstage/cli/config/nodeTransform.cjs'],
    serialization: 'advanced',
  });
  child.send({
    kind: 'start',
    services: SERVICES,
    latencyMs: 0,
    validToken: 'none',
    enforcedHosts: [],
  });
  for (;;) {
    // Backstage's transform tells its parent which files it reads.
    const [answer] = await once(child, 'message');
    if ('benchAnswer' in answer) {
      return { url: answer.benchAnswer.apiUrl, stop: () => child.kill() };
    }
  }
}

async function listNamespace(
  apiUrl: string,
  namespace: string,
  kinds: string[],
): Promise<void> {
  for (const kind of kinds) {
    const path = kind.replace('NS', namespace);
    const response = await fetch(apiUrl + path);
    if (!response.ok) {
      throw new Error(`${path} answered ${response.status}`);
    }
    await response.json();
  }
}

/** From a process of its own, at a fixed rate whatever the answers do. */
async function readAtRate(
  backend: BenchBackend,
  paths: string[],
): Promise<LoadResult> {
  const child = fork(`${__dirname}/load.ts`, {
    execArgv: ['--require', '@backstage/cli/config/nodeTransform.cjs'],
  });
  child.send({
    base: backend.base,
    headers: backend.headersOf(),
    paths,
    rate: LOAD_RATE,
    seconds: LOAD_SECONDS,
  });
  for (;;) {
    const [message] = await once(child, 'message');
    if ('loadResult' in message) {
      child.kill();
      return message.loadResult;
    }
  }
}

async function listLive(apiUrl: string, plural: string): Promise<void> {
  let token = '';
  do {
    const response = await fetch(
      `${apiUrl}/api/v1/${plural}?limit=500${
        token ? `&continue=${encodeURIComponent(token)}` : ''
      }`,
    );
    const list = (await response.json()) as any;
    token = list.metadata.continue ?? '';
  } while (token);
}

main(process.argv.includes('--postgres') ? 'postgres' : 'sqlite').then(
  failures => process.exit(failures > 0 ? 1 : 0),
  error => {
    console.error(error);
    process.exit(1);
  },
);
