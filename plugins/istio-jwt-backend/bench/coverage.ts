/**
 * Measures the coverage of 10,000 services over HTTP: how long the index takes, what it costs the
 * event loop and the memory, and pages, summaries and exports from it, next to one live list of the
 * cluster's services and pods that each of them would need without an index.
 *
 * Run: yarn workspace backstage-plugin-istio-jwt-backend bench:coverage
 */
import {
  coreServices,
  createServiceFactory,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import {
  CatalogService,
  catalogServiceRef,
} from '@backstage/plugin-catalog-node';
import {
  AuthorizeResult,
  PolicyDecision,
} from '@backstage/plugin-permission-common';
import { generateMesh } from 'istio-jwt-sandbox';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import plugin from '../src';
import { startPostgres } from '../src/testing/startPostgres';

const SERVICES = Number(process.env.BENCH_SERVICES ?? 10_000);
const READS = Number(process.env.BENCH_READS ?? 200);
const TEAMS = 100;
/** A live list takes at least as many times as long as an answer at its 99th percentile. */
const MIN_RATIO = 10;

interface KubeObject {
  kind: string;
  metadata: { name: string; namespace: string };
}

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
  const backend = await startTestBackend({
    features: [
      plugin,
      createServiceFactory({
        service: catalogServiceRef,
        deps: {},
        factory: () => createCatalog(entities),
      }),
      ...(knex
        ? [
            createServiceFactory({
              service: coreServices.database,
              deps: {},
              factory: () => ({ getClient: async () => knex }),
            }),
          ]
        : []),
      // One user sees everything, the other what one of the teams owns.
      createServiceFactory({
        service: coreServices.permissions,
        deps: {},
        factory: (): PermissionsService => ({
          authorize: async requests =>
            requests.map(() => ({ result: AuthorizeResult.ALLOW })),
          authorizeConditional: async (requests, options) =>
            requests.map(({ permission }) =>
              decideFor(permission.name, JSON.stringify(options.credentials)),
            ),
        }),
      }),
      mockServices.rootConfig.factory({
        data: {
          istioJwt: {
            clusters: [{ name: 'bench', sandbox: true, url: api.url }],
            schedule: { enabled: false },
          },
        },
      }),
    ],
  });
  const { port } = backend.server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}/api/istio-jwt/v1`;
  const read = async (path: string, user = 'user:default/mock') => {
    const response = await fetch(`${base}${path}`, {
      headers: { authorization: mockCredentials.user.header(user) },
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${path} answered ${response.status}: ${text}`);
    }
    return text;
  };
  const measure = async (paths: string[], user?: string, reads = READS) => {
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
  const owner = 'user:default/owner';
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
  const live: number[] = [];
  for (let index = 0; index < 10; index++) {
    const startedAt = performance.now();
    await listLive(api.url, 'services');
    await listLive(api.url, 'pods');
    live.push(performance.now() - startedAt);
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
    `  export: ${lines.length - 2} lines in ${(exportMs / 1000).toFixed(1)} s`,
  );
  await backend.stop();
  await postgres?.stop();
  api.stop();
  const isSlow = (times: number[]) =>
    quantile(times, 0.99) * MIN_RATIO > liveP50;
  const failures = [
    isSlow(page) && 'a page',
    isSlow(ownPage) && 'a page of an owner',
    isSlow(summaries) && 'a summary',
    isSlow(statuses) && 'a status',
    lines.length - 2 !== summary.total && 'the export is not complete',
  ].filter(Boolean);
  failures.forEach(failure =>
    console.error(`  not within the limit: ${failure}`),
  );
  return failures.length;
}

function decideFor(permission: string, caller: string): PolicyDecision {
  return permission === 'istio-jwt.coverage.read' && caller.includes('owner')
    ? {
        result: AuthorizeResult.CONDITIONAL,
        pluginId: 'catalog',
        resourceType: 'catalog-entity',
        conditions: {
          rule: 'IS_ENTITY_OWNER',
          resourceType: 'catalog-entity',
          params: { claims: ['group:default/team-7'] },
        },
      }
    : { result: AuthorizeResult.ALLOW };
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

function describeEntities(objects: KubeObject[]): Entity[] {
  return objects
    .filter(
      ({ kind, metadata }) =>
        kind === 'Service' && metadata.namespace.startsWith('team-'),
    )
    .map(({ metadata }, index) => ({
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
      spec: { owner: `team-${index % TEAMS}` },
      relations: [
        { type: 'ownedBy', targetRef: `group:default/team-${index % TEAMS}` },
      ],
    }));
}

/** The catalog is not what is measured: the mock of the test utilities indexes all entities on each call. */
function createCatalog(entities: Entity[]): CatalogService {
  const byRef = new Map(
    entities.map(entity => [stringifyEntityRef(entity), entity]),
  );
  return {
    queryEntities: async (request: {
      cursor?: string;
      limit: number;
      filter?: object[];
    }) => {
      if (JSON.stringify(request.filter ?? '').includes('system')) {
        return { items: [], totalItems: 0, pageInfo: {} };
      }
      const start = Number(request.cursor ?? 0);
      const end = start + request.limit;
      return {
        items: entities.slice(start, end),
        totalItems: entities.length,
        pageInfo: end < entities.length ? { nextCursor: String(end) } : {},
      };
    },
    getEntityByRef: async (ref: any) =>
      byRef.get(typeof ref === 'string' ? ref : stringifyEntityRef(ref)),
  } as unknown as CatalogService;
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

function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

main(process.argv.includes('--postgres') ? 'postgres' : 'sqlite').then(
  failures => process.exit(failures > 0 ? 1 : 0),
  error => {
    console.error(error);
    process.exit(1);
  },
);
