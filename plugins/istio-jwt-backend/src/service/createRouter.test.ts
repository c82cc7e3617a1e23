import {
  mockCredentials,
  mockErrorHandler,
  mockServices,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import express from 'express';
import { Sandbox, startSandbox } from 'istio-jwt-sandbox';
import request from 'supertest';
import { ClusterRegistry } from '../cluster';
import { readIstioJwtConfig } from '../config';
import { DatabaseStateHistoryStore } from '../history';
import { AddressGuard, Forger, ProbeRunner, TokenSources } from '../probes';
import { LastRunCache, StatusNotifier, StatusService } from '../status';
import { DatabaseProbeRunStore } from '../storage';
import { eventually } from '../testing/FakeApiServer';
import { createRouter } from './createRouter';

/**
 * Every request and answer is held against openapi.yaml in the router itself: the proxy of
 * `wrapServer` asks DNS for `localhost`, which not every machine answers.
 */
describe('createRouter against its OpenAPI document', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  const auditor = mockServices.auditor.mock();
  const permissions = mockServices.permissions.mock();
  let sandbox: Sandbox;
  let registry: ClusterRegistry;
  let runner: ProbeRunner;
  let server: express.Express;

  beforeAll(async () => {
    sandbox = await startSandbox({ apiPort: 0, nodePorts: 'free' });
    const logger = mockServices.logger.mock();
    const config = readIstioJwtConfig(
      new ConfigReader({
        istioJwt: {
          clusters: [{ name: 's', sandbox: true, url: sandbox.apiUrl }],
          probes: { allowedAddresses: ['127.0.0.1/32'], ratePerGateway: 100 },
        },
      }),
    );
    const knex = await databases.init('SQLITE_3');
    const store = await DatabaseProbeRunStore.create({
      database: mockServices.database.mock({ getClient: async () => knex }),
    });
    registry = new ClusterRegistry(config.clusters, { logger });
    const lastRuns = new LastRunCache(store);
    const statuses = new StatusService(registry, lastRuns);
    runner = new ProbeRunner({
      registry,
      store,
      logger,
      config: config.probes,
      forger: await Forger.create(),
      guard: new AddressGuard(config.probes.allowedAddresses),
      tokenSources: new TokenSources([]),
      onProgress: run => lastRuns.put(run),
    });
    const app = express();
    app.use(
      await createRouter({
        auditor,
        permissions,
        registry,
        statuses,
        runner,
        store,
        history: new DatabaseStateHistoryStore(knex),
        notifier: new StatusNotifier({
          statuses,
          logger,
          signals: { publish: async () => {} },
        }),
        httpAuth: mockServices.httpAuth(),
        catalog: catalogServiceMock({
          entities: [
            {
              apiVersion: 'backstage.io/v1alpha1',
              kind: 'Component',
              metadata: {
                name: 'backend',
                namespace: 'default',
                annotations: {
                  'backstage.io/kubernetes-label-selector': 'app=backend',
                },
              },
            },
          ],
        }),
        probesEnabled: true,
        validateResponses: true,
      }),
    );
    app.use(mockErrorHandler());
    server = app;
    registry.start();
    await eventually(() => {
      const { kind } = registry.listFreshness()[0].state;
      if (kind !== 'synced') {
        throw new Error(`The cluster is ${kind}`);
      }
    });
  });

  afterAll(async () => {
    await runner.stop();
    await registry.stop();
    await sandbox.stop();
  });

  beforeEach(() => {
    jest.clearAllMocks();
    auditor.createEvent.mockResolvedValue({
      success: async () => {},
      fail: async () => {},
    });
    permissions.authorize.mockResolvedValue([
      { result: AuthorizeResult.ALLOW },
    ]);
  });

  const base = '/v1/entities/component/default/backend';

  it('answers clusters, status and runs as documented', async () => {
    expect((await request(server).get('/v1/clusters')).status).toBe(200);
    expect((await request(server).get(`${base}/status`)).status).toBe(200);
    const started = await request(server).post(`${base}/probe-runs`);
    expect(started.status).toBe(202);
    const path = `${base}/probe-runs/${started.body.id}`;
    await eventually(async () => {
      expect((await request(server).get(path)).body.status).toBe('done');
    });
    const valid = (await request(server).get(path)).body.observations.find(
      ({ vector }: { vector: string }) => vector === 'valid-token',
    );
    expect(valid.observed).toEqual({
      kind: 'not-tested',
      reason: expect.stringContaining('istioJwt.tokenSources'),
    });
    expect((await request(server).post(`${path}/cancel`)).status).toBe(409);
    expect((await request(server).get(`${base}/status`)).body.lastRun.id).toBe(
      started.body.id,
    );
    const soon = await request(server).post(`${base}/probe-runs`);
    // The body is what clients recognise as Backstage's own error.
    expect([202, 429]).toContain(soon.body.response?.statusCode ?? soon.status);
    expect(soon.status === 202 || soon.body.error?.name).toBeTruthy();
  });

  it('lists runs and history a page at a time, to those who may read', async () => {
    const runs = await request(server).get(`${base}/probe-runs?limit=1`);
    expect(runs.status).toBe(200);
    expect(runs.body.items).toMatchObject([
      {
        status: 'done',
        startedBy: mockCredentials.user().principal.userEntityRef,
        counts: { disagrees: 0 },
      },
    ]);
    expect(runs.body.items[0].counts.agrees).toBeGreaterThan(0);
    expect(runs.body.items[0]).not.toHaveProperty('observations');
    const history = await request(server).get(`${base}/history`);
    expect(history.status).toBe(200);
    expect(history.body.items).toEqual([]);
    for (const query of [
      'limit=0',
      'limit=201',
      'limit=x',
      'cursor=nonsense',
    ]) {
      const refused = await request(server).get(`${base}/history?${query}`);
      expect([query, refused.status]).toEqual([query, 400]);
    }
    permissions.authorize.mockResolvedValue([{ result: AuthorizeResult.DENY }]);
    expect((await request(server).get(`${base}/history`)).status).toBe(403);
    expect((await request(server).get(`${base}/probe-runs`)).status).toBe(403);
  });

  it('asks for permissions on the entity itself, on behalf of the caller', async () => {
    await request(server).get(`${base}/status`);
    expect(
      permissions.authorize.mock.calls.map(([[query], options]) => [
        query.permission.name,
        query.resourceRef,
        options?.credentials,
      ]),
    ).toEqual(
      ['istio-jwt.status.read', 'istio-jwt.probe.run'].map(name => [
        name,
        'component:default/backend',
        mockCredentials.user(),
      ]),
    );
  });

  it('takes no answer from the permission service for a no', async () => {
    permissions.authorize.mockResolvedValue([]);
    expect((await request(server).get(`${base}/status`)).status).toBe(403);
  });

  it('keeps an audit of reads and of probes', async () => {
    permissions.authorize.mockResolvedValue([{ result: AuthorizeResult.DENY }]);
    const fail = jest.fn();
    auditor.createEvent.mockResolvedValue({ success: async () => {}, fail });
    await request(server).post(`${base}/probe-runs`);
    expect(auditor.createEvent).toHaveBeenCalledWith(
      expect.objectContaining({
        eventId: 'probe-run-create',
        severityLevel: 'medium',
        meta: { entityRef: 'component:default/backend' },
      }),
    );
    expect(fail).toHaveBeenCalled();
  });

  it.each([
    ['probe-runs', 'probe-runs'],
    ['probe-runs/5f0b7c2e-8f0a-4e6e-9b2a-0d6f3f1f2a11', 'probe-run'],
    ['history', 'history'],
  ])('keeps an audit of who reads %s', async (path, what) => {
    await request(server).get(`${base}/${path}`);
    expect(auditor.createEvent).toHaveBeenLastCalledWith(
      expect.objectContaining({
        eventId: 'entity-read',
        severityLevel: 'low',
        meta: { entityRef: 'component:default/backend', what },
      }),
    );
  });
});
