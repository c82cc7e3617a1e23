/** What the benchmarks of the coverage have in common: a backend with the plugin, and who asks it. */
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
import { Knex } from 'knex';
import { AddressInfo } from 'node:net';
import plugin from '../src';

const TEAMS = 100;

export interface KubeObject {
  kind: string;
  metadata: { name: string; namespace: string };
}

export interface BenchBackend {
  /** Of the plugin's API. */
  base: string;
  /** Headers of a user that may see everything; `owner` sees what one of the teams owns. */
  headersOf(user?: 'all' | 'owner'): Record<string, string>;
  /** @throws where the answer is not 200 */
  read(path: string, user?: 'all' | 'owner'): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the plugin for one cluster, with a catalog in memory. */
export async function startBenchBackend(options: {
  apiUrl: string;
  entities: Entity[];
  /** Default: SQLite in memory. */
  knex?: Knex;
}): Promise<BenchBackend> {
  const { apiUrl, entities, knex } = options;
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
      createServiceFactory({
        service: coreServices.permissions,
        deps: {},
        factory: (): PermissionsService => ({
          authorize: async requests =>
            requests.map(() => ({ result: AuthorizeResult.ALLOW })),
          authorizeConditional: async (requests, { credentials }) =>
            requests.map(({ permission }) =>
              decideFor(permission.name, JSON.stringify(credentials)),
            ),
        }),
      }),
      mockServices.rootConfig.factory({
        data: {
          istioJwt: {
            clusters: [{ name: 'bench', sandbox: true, url: apiUrl }],
            schedule: { enabled: false },
          },
        },
      }),
    ],
  });
  const { port } = backend.server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}/api/istio-jwt/v1`;
  const headersOf = (user: 'all' | 'owner' = 'all') => ({
    authorization: mockCredentials.user.header(
      user === 'all' ? 'user:default/mock' : 'user:default/owner',
    ),
  });
  return {
    base,
    headersOf,
    read: async (path, user) => {
      const ask = () => fetch(`${base}${path}`, { headers: headersOf(user) });
      // A connection that stood idle while this process was busy may have been closed.
      const response = await ask().catch(ask);
      const text = await response.text();
      if (!response.ok) {
        throw new Error(`${path} answered ${response.status}: ${text}`);
      }
      return text;
    },
    stop: () => backend.stop(),
  };
}

/** One entity for each Service of a synthetic mesh. */
export function describeEntities(objects: KubeObject[]): Entity[] {
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

/** @param q - such as 0.99 */
export function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

/** Megabytes, for people. */
export function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

/** Milliseconds at the median, the 99th percentile and at most, for people. */
export function describeTimes(times: number[]): string {
  const [p50, p99, max] = [0.5, 0.99, 1].map(q =>
    quantile(times, q).toFixed(1),
  );
  return `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms (${times.length})`;
}
