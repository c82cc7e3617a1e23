/**
 * Measures status answers over HTTP with a mesh of 1,000 services in memory, next to one live list
 * of the services and pods that such an answer would need without it.
 *
 * Run: yarn workspace backstage-plugin-istio-jwt-backend bench
 */
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { createServiceFactory } from '@backstage/backend-plugin-api';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import {
  CatalogService,
  catalogServiceRef,
} from '@backstage/plugin-catalog-node';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { generateMesh, startSandbox } from 'istio-jwt-sandbox';
import { AddressInfo } from 'node:net';
import plugin from '../src';

const SERVICES = Number(process.env.BENCH_SERVICES ?? 1000);
const ROUNDS = 5;
const LIVE_LISTS = 10;
const LIMIT_MS = 20;

interface KubeObject {
  kind: string;
  metadata: { name: string; namespace: string; labels?: object };
  spec: { selector: Record<string, string> };
}

async function main() {
  const objects = generateMesh({ services: SERVICES });
  const sandbox = await startSandbox({
    apiPort: 0,
    nodePorts: 'free',
    objects,
  });
  const services = (objects as KubeObject[]).filter(
    ({ kind, metadata }) =>
      kind === 'Service' && metadata.namespace.startsWith('team-'),
  );
  const backend = await startTestBackend({
    features: [
      plugin,
      createServiceFactory({
        service: catalogServiceRef,
        deps: {},
        factory: () => createCatalog(services.map(describeEntity)),
      }),
      mockServices.rootConfig.factory({
        data: {
          istioJwt: {
            clusters: [{ name: 'bench', sandbox: true, url: sandbox.apiUrl }],
          },
        },
      }),
    ],
  });
  const { port } = backend.server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}/api/istio-jwt/v1`;
  const headers = { authorization: mockCredentials.user.header() };
  const read = async (path: string) => {
    const response = await fetch(`${base}${path}`, { headers });
    if (!response.ok) {
      throw new Error(`${path} answered ${response.status}`);
    }
    return response.json() as Promise<any>;
  };
  while ((await read('/clusters'))[0].state.kind !== 'synced') {
    await new Promise(resolve => {
      setTimeout(resolve, 50);
    });
  }

  const states: Record<string, number> = {};
  const measureRound = async () => {
    const times: number[] = [];
    for (const { metadata } of services) {
      const startedAt = performance.now();
      const status: EntityStatus = await read(
        `/entities/component/default/${metadata.name}/status`,
      );
      times.push(performance.now() - startedAt);
      states[status.state] = (states[status.state] ?? 0) + 1;
    }
    return times;
  };
  const first = await measureRound();
  const counted = { ...states };
  const warm: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    warm.push(...(await measureRound()));
  }
  const live: number[] = [];
  for (let index = 0; index < LIVE_LISTS; index++) {
    const startedAt = performance.now();
    await listLive(sandbox.apiUrl, 'services');
    await listLive(sandbox.apiUrl, 'pods');
    live.push(performance.now() - startedAt);
  }

  const p99 = quantile(warm, 0.99);
  const ratio = quantile(live, 0.5) / quantile(warm, 0.5);
  console.log(`${services.length} services, states ${JSON.stringify(counted)}`);
  console.log(describe('status, first read  ', first));
  console.log(describe('status, from memory ', warm));
  console.log(describe('live list of cluster', live));
  console.log(
    `one live list takes ${ratio.toFixed(1)} times a status from memory (p50)`,
  );
  await backend.stop();
  await sandbox.stop();
  if (p99 > LIMIT_MS) {
    console.error(`p99 is over ${LIMIT_MS} ms`);
    process.exit(1);
  }
  process.exit(0);
}

function describeEntity({ metadata, spec }: KubeObject): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: {
      name: metadata.name,
      namespace: 'default',
      annotations: {
        'backstage.io/kubernetes-namespace': metadata.namespace,
        'backstage.io/kubernetes-label-selector': Object.entries(spec.selector)
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
      },
    },
  };
}

/** The catalog is not what is measured: the mock of the test utilities indexes all entities on each call. */
function createCatalog(entities: Entity[]): CatalogService {
  const byRef = new Map(
    entities.map(entity => [stringifyEntityRef(entity), entity]),
  );
  return {
    getEntityByRef: async ref =>
      byRef.get(
        typeof ref === 'string'
          ? ref
          : stringifyEntityRef({
              kind: ref.kind,
              namespace: ref.namespace ?? 'default',
              name: ref.name,
            }),
      ),
  } as Partial<CatalogService> as CatalogService;
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

function describe(name: string, values: number[]): string {
  return `${name}: p50 ${quantile(values, 0.5).toFixed(2)} ms, p99 ${quantile(
    values,
    0.99,
  ).toFixed(2)} ms, n ${values.length}`;
}

void main();
