import {
  PermissionsService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { Entity, RELATION_OWNED_BY } from '@backstage/catalog-model';
import { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  EnablementPlanRequest,
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import { PolicyWriter } from 'backstage-plugin-istio-jwt-node';
import { DEMO_ISSUERS, Sandbox, startSandbox } from 'istio-jwt-sandbox';
import { Knex } from 'knex';
import { request } from 'undici';
import { ClusterRegistry } from '../cluster';
import { readIstioJwtConfig } from '../config';
import {
  createEnablement,
  EnablementService,
  ProbesAfterwards,
} from '../enablement';
import { OPERATION_ANNOTATION } from '../enablement/marks';
import { Operation } from '../enablement/operation';
import { EnablementDriver } from '../enablement/run/EnablementDriver';
import { ProposalWatcher } from '../enablement/proposals/ProposalWatcher';
import { RunTools } from '../enablement/run/OperationRun';
import { DatabaseEnablementStore } from '../enablement/store/DatabaseEnablementStore';
import { EnablementStore } from '../enablement/store/EnablementStore';
import { DirectWriter } from '../enablement/write/DirectWriter';
import { AddressGuard, Forger, ProbeRunner, TokenSources } from '../probes';
import { GatewayPacer } from '../probes/GatewayPacer';
import { createConfiguredSources } from '../probes/tokenSources';
import { ProbeRunStore } from '../storage';
import { eventually } from '../testing/FakeApiServer';

const API = '/apis/security.istio.io/v1';
const NETWORKING = '/apis/networking.istio.io/v1';

const NAMES = [
  'frontend',
  'reviews',
  'payments',
  'inventory',
  'recommendations',
];

/** @param means - the name of the Service, and of its namespace. Default: as the entity */
export function demoEntity(name: string, means = name): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: {
      name,
      namespace: 'default',
      annotations: {
        'backstage.io/kubernetes-id': means,
        'backstage.io/kubernetes-namespace':
          means === 'frontend' ? 'default' : means,
      },
    },
    spec: { owner: `group:default/${name}-team` },
    relations: [
      { type: RELATION_OWNED_BY, targetRef: `group:default/${name}-team` },
    ],
  };
}

/** One backend as far as enablement is concerned. Several can share a sandbox and a database. */
export interface Replica {
  service: EnablementService;
  driver: EnablementDriver;
  watcher: ProposalWatcher;
  registry: ClusterRegistry;
  stop(): Promise<void>;
}

export interface ReplicaOptions {
  wrapStore?: (store: EnablementStore) => EnablementStore;
  wrapWriter?: (writer: PolicyWriter) => PolicyWriter;
  checkKeys?: RunTools['checkKeys'];
  /** What Envoy counts: the sandbox has none. */
  shadowReader?: RunTools['shadowReader'];
  enablement?: object;
  /** `istioJwt.ownership`. */
  ownership?: object[];
  /** Of the catalog, besides those of the demo. */
  entities?: Entity[];
  /** Default: everybody may do everything. */
  permissions?: PermissionsService;
  /** Where runs of probes go that come after operations. Default: none come. */
  runner?: ProbeRunStore;
  leaseMs?: number;
  /** Default: the sandbox's own. */
  apiUrl?: string;
  /** Default: true. */
  probes?: boolean;
  /** Default: true. */
  drives?: boolean;
}

/** The sandbox's API and gateways on real ports, a real database, and replicas on demand. */
export class EnablementHarness {
  readonly progress: Operation[] = [];
  onProgress?: (operation: Operation) => void;
  readonly auditor = mockServices.auditor.mock();
  /** What was sent, in order. */
  readonly notices: NotificationSendOptions[] = [];
  private readonly replicas = new Set<Replica>();

  /** @param database - an empty one */
  static async start(database: Knex): Promise<EnablementHarness> {
    await database.migrate.latest({
      directory: resolvePackagePath(
        'backstage-plugin-istio-jwt-backend',
        'migrations',
      ),
    });
    const harness = new EnablementHarness(
      await startSandbox({ apiPort: 0, nodePorts: 'free' }),
      database,
      await Forger.create(),
    );
    await harness.reset();
    return harness;
  }

  /**
   * The demo mesh, without what makes the sidecar of reviews refuse tokens of any issuer but one, and
   * without what Argo CD keeps.
   */
  async reset(): Promise<void> {
    this.sandbox.reset();
    await fetch(this.url('RequestAuthentication', 'reviews', 'reviews-jwt'), {
      method: 'DELETE',
    });
    // The demo's example of what Argo CD keeps, which the portal does not write.
    await fetch(
      `${this.sandbox.apiUrl}/apis/networking.istio.io/v1/namespaces/inventory/virtualservices/inventory`,
      {
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({ metadata: { annotations: null } }),
      },
    );
  }

  private constructor(
    readonly sandbox: Sandbox,
    readonly database: Knex,
    private readonly forger: Forger,
  ) {}

  async startReplica(options: ReplicaOptions = {}): Promise<Replica> {
    const logger = mockServices.logger.mock();
    const config = readIstioJwtConfig(
      new ConfigReader({
        istioJwt: {
          clusters: [
            {
              name: 'sandbox',
              sandbox: true,
              url: options.apiUrl ?? this.sandbox.apiUrl,
            },
          ],
          probes: {
            enabled: options.probes ?? true,
            // A machine that runs other suites has stalled the gateway for longer than the default.
            timeout: '20s',
            allowedAddresses: ['127.0.0.1/32'],
            ratePerGateway: 100,
            maxConcurrency: 16,
          },
          tokenSources: [
            { sandboxMint: `${this.sandbox.apiUrl}/sandbox/tokens` },
          ],
          ...(options.ownership ? { ownership: options.ownership } : {}),
          enablement: {
            enabled: true,
            namespaces: ['edge', 'istio-system', 'default'],
            hosts: [{ pattern: '*.new.example.com' }],
            issuers: DEMO_ISSUERS.map(({ name, issuer, jwksUri }) => ({
              name,
              issuer,
              jwksUri,
            })),
            approval: { otherHosts: 10 },
            deadlines: { propagation: '3s', rollback: '10s' },
            quotas: {
              perEntityPerDay: 1000,
              running: 50,
              plansPerMinute: 10_000,
            },
            ...options.enablement,
          },
        },
      }),
    );
    const registry = new ClusterRegistry(config.clusters, { logger });
    const store = new DatabaseEnablementStore(this.database);
    const tokenSources = new TokenSources(
      createConfiguredSources(config.tokenSources),
    );
    const guard = new AddressGuard(config.probes.allowedAddresses);
    const direct = new DirectWriter(registry);
    const catalog = catalogServiceMock({
      entities: [
        ...NAMES.map(name => demoEntity(name)),
        ...(options.entities ?? []),
      ],
    });
    const pacer = new GatewayPacer({ maxConcurrency: 16, ratePerGateway: 100 });
    const afterwards =
      options.runner &&
      new ProbesAfterwards({
        auth: mockServices.auth(),
        catalog,
        registry,
        logger,
        runner: new ProbeRunner({
          registry,
          logger,
          guard,
          tokenSources,
          store: options.runner,
          config: config.probes,
          forger: this.forger,
          onProgress: () => {},
          minPauseMs: 0,
        }),
      });
    const { service, driver, watcher } = createEnablement({
      config,
      registry,
      database: this.database,
      auth: mockServices.auth(),
      catalog,
      permissions: options.permissions ?? mockServices.permissions(),
      auditor: this.auditor,
      logger,
      notifications: {
        send: async notice => {
          this.notices.push(notice);
        },
      },
      guard,
      keyGuard: guard,
      forger: this.forger,
      tokenSources,
      pacer,
      writers: [options.wrapWriter?.(direct) ?? direct],
      onProgress: operation => {
        afterwards?.note(operation);
        this.progress.push(JSON.parse(JSON.stringify(operation)));
        this.onProgress?.(operation);
      },
      tuning: {
        store: options.wrapStore?.(store) ?? store,
        leaseMs: options.leaseMs ?? 2000,
        pollMs: 50,
        pauseMs: 20,
        checkKeys: options.checkKeys,
        shadowReader: options.shadowReader,
      },
    });
    registry.start();
    const replica: Replica = {
      service,
      driver,
      watcher,
      registry,
      stop: async () => {
        this.replicas.delete(replica);
        await driver.stop();
        afterwards?.stop();
        await registry.stop();
      },
    };
    this.replicas.add(replica);
    await eventually(() => {
      if (registry.listFreshness()[0].state.kind !== 'synced') {
        throw new Error('The cluster is still being read');
      }
    }, 10_000);
    if (options.drives !== false) driver.start();
    return replica;
  }

  async plan(
    { service }: Replica,
    name: string,
    overrides: Partial<
      Extract<EnablementPlanRequest, { intent: 'enable' }>
    > = {},
    caller = 'user:default/alice',
  ) {
    const options = await service.getOptions(demoEntity(name), {
      create: true,
      approve: true,
    });
    const [option] = options.services;
    return service.plan(
      demoEntity(name),
      {
        intent: 'enable',
        service: {
          cluster: option.cluster,
          namespace: option.namespace,
          name: option.name,
        },
        waysIn: option.waysIn
          .filter(({ kind }) => kind === 'gateway')
          .map(({ id }) => id),
        issuer: 'istio-testing',
        exemptPaths: [],
        preflights: 'let-through',
        ...overrides,
      },
      this.caller(caller),
    );
  }

  caller(name = 'user:default/alice') {
    return { name, credentials: mockCredentials.user(name) };
  }

  async begin(
    replica: Replica,
    name: string,
    overrides?: Parameters<EnablementHarness['plan']>[2],
  ): Promise<string> {
    const plan = await this.plan(replica, name, overrides);
    if (plan.kind !== 'planned') throw new Error(plan.reason);
    const { operation } = await replica.service.start(
      demoEntity(name),
      plan.planId,
      this.caller(),
    );
    return operation.id;
  }

  async disable(replica: Replica, name: string, enablementId: string) {
    const plan = await replica.service.plan(
      demoEntity(name),
      { intent: 'disable', enablementId },
      this.caller(),
    );
    if (plan.kind !== 'planned') throw new Error(plan.reason);
    return plan as PlannedEnablementView;
  }

  async waitFor(
    replica: Replica,
    name: string,
    id: string,
    phases: string[] = ['done', 'rolled-back', 'failed'],
    timeoutMs = 60_000,
  ): Promise<Operation> {
    let operation!: Operation;
    await eventually(async () => {
      ({ operation } = await replica.service.get(demoEntity(name), id));
      if (!phases.includes(operation.phase)) {
        throw new Error(
          `It is ${operation.phase}: ${JSON.stringify(operation.steps.at(-1))}`,
        );
      }
    }, timeoutMs);
    return operation;
  }

  /** Waits until a replica's picture has what an operation wrote. */
  async seeOperation({ registry }: Replica, id: string): Promise<void> {
    const { mesh } = registry.get('sandbox')!;
    const { operation } = (await new DatabaseEnablementStore(this.database).get(
      id,
    ))!;
    await eventually(() => {
      for (const { ref, to } of operation.changes) {
        const seen =
          mesh.get(ref)?.metadata.annotations?.[OPERATION_ANNOTATION];
        if (seen !== to?.metadata.annotations?.[OPERATION_ANNOTATION]) {
          throw new Error(`${ref.kind} ${ref.name} is not seen yet`);
        }
      }
    });
  }

  /** Every policy of the cluster as text, without what a server counts and without its managers. */
  readPolicies(): Promise<string[]> {
    return this.readKinds([
      `${API}/requestauthentications`,
      `${API}/authorizationpolicies`,
    ]);
  }

  /** Routes and gateways, too. */
  readObjects(): Promise<string[]> {
    return this.readKinds([
      `${API}/requestauthentications`,
      `${API}/authorizationpolicies`,
      `${NETWORKING}/virtualservices`,
      `${NETWORKING}/gateways`,
    ]);
  }

  private async readKinds(paths: string[]): Promise<string[]> {
    const lists = await Promise.all(
      paths.map(async path => {
        const response = await fetch(`${this.sandbox.apiUrl}${path}`);
        return ((await response.json()) as { items: any[] }).items;
      }),
    );
    return lists
      .flat()
      .map(({ kind, metadata, spec }) => {
        const { name, namespace, labels, annotations } = metadata;
        return JSON.stringify({
          kind,
          name,
          namespace,
          labels,
          annotations,
          spec,
        });
      })
      .sort();
  }

  url(kind: string, namespace: string, name: string): string {
    const plural = {
      RequestAuthentication: 'requestauthentications',
      VirtualService: 'virtualservices',
    }[kind];
    const root = kind === 'VirtualService' ? NETWORKING : API;
    return `${this.sandbox.apiUrl}${root}/namespaces/${namespace}/${
      plural ?? 'authorizationpolicies'
    }/${name}`;
  }

  /** As somebody else would, with kubectl. */
  async edit(
    method: 'PATCH' | 'DELETE',
    [kind, namespace, name]: [string, string, string],
    patch?: object,
  ): Promise<number> {
    const response = await fetch(
      `${this.url(kind, namespace, name)}?fieldManager=somebody`,
      {
        method,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: patch && JSON.stringify(patch),
      },
    );
    return response.status;
  }

  /** What the shared gateway answers. */
  async ask(
    host: string,
    headers: Record<string, string> = {},
  ): Promise<number> {
    const gateway = this.sandbox.gateways.find(({ service }) =>
      service.startsWith('edge/'),
    );
    const response = await request(gateway!.url, {
      headers: { host, ...headers },
    });
    await response.body.dump();
    return response.statusCode;
  }

  /** Asks the shared gateway without a token until told to stop, which gives every status. */
  watch(host: string): () => Promise<number[]> {
    const seen: number[] = [];
    let isOver = false;
    const watching = (async () => {
      while (!isOver) seen.push(await this.ask(host));
    })();
    return async () => {
      isOver = true;
      await watching;
      return seen;
    };
  }

  /** Ends every replica, and forgets every operation. */
  async settle(): Promise<void> {
    this.onProgress = undefined;
    await Promise.all([...this.replicas].map(replica => replica.stop()));
    for (const table of ['plans', 'locks']) {
      await this.database(`istio_jwt_enablement_${table}`).delete();
    }
    await this.database('istio_jwt_enablements').delete();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.replicas].map(replica => replica.stop()));
    await this.sandbox.stop();
  }
}
