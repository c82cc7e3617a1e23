import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { ServerResponse } from 'node:http';
import { ClusterRegistry } from '../cluster';
import { readIstioJwtConfig } from '../config';
import { DatabaseProbeRunStore } from '../storage';
import { eventually, FakeApiServer, sendList } from '../testing/FakeApiServer';
import {
  ROUTES_PATH,
  serveShop,
  SHOP_ENTITY,
  SHOP_ROUTE,
} from '../testing/shopCluster';
import { AddressGuard } from './AddressGuard';
import { Forger } from './Forger';
import { ProbeRunner } from './ProbeRunner';
import { TokenSources } from './tokenSources';

jest.setTimeout(60_000);

describe('ProbeRunner, while a cluster is read for the first time', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let api: FakeApiServer;
  let registry: ClusterRegistry;
  let runner: ProbeRunner;
  /** Lists of routes that the API server has not answered yet. */
  let waiting: ServerResponse[];
  let seen: ProbeRun | undefined;

  beforeEach(async () => {
    waiting = [];
    api = await FakeApiServer.start();
    serveShop(api);
    api.on(ROUTES_PATH, (_, response, query) => {
      if (query.has('watch')) api.openWatch(ROUTES_PATH, response);
      else waiting.push(response);
    });
    const logger = mockServices.logger.mock();
    const config = readIstioJwtConfig(
      new ConfigReader({
        istioJwt: {
          clusters: [{ name: 'c', url: api.url, skipTLSVerify: true }],
        },
      }),
    );
    const knex = await databases.init('SQLITE_3');
    registry = new ClusterRegistry(config.clusters, { logger });
    runner = new ProbeRunner({
      registry,
      logger,
      store: await DatabaseProbeRunStore.create({
        database: mockServices.database.mock({ getClient: async () => knex }),
      }),
      config: config.probes,
      forger: await Forger.create(),
      guard: new AddressGuard(['192.0.2.0/24']),
      tokenSources: new TokenSources([]),
      onProgress: run => {
        seen = run;
      },
      readWithinMs: 1000,
    });
    registry.start();
    await eventually(() => {
      if (waiting.length === 0) throw new Error('Routes were not asked for');
    });
  });

  afterEach(async () => {
    await runner.stop();
    await registry.stop();
    await api.stop();
  });

  it('waits for the rest, so that no way in is left out', async () => {
    const starting = runner.start(SHOP_ENTITY, 'user:default/me');
    setTimeout(() => sendList(waiting[0], [SHOP_ROUTE], '1'), 200);
    expect((await starting).kind).toBe('started');
    await eventually(() => expect(seen?.status).toBe('done'), 20_000);
    const probed = new Set(seen!.observations.map(({ wayInId }) => wayInId));
    expect([...probed].sort()).toEqual([
      expect.stringContaining('shop.example.com'),
      'mesh.80',
    ]);
  });

  it('says so rather than probe half of the ways in', async () => {
    expect(await runner.start(SHOP_ENTITY, 'user:default/me')).toEqual({
      kind: 'reading',
      clusters: ['c'],
    });
    sendList(waiting[0], [SHOP_ROUTE], '1');
    await eventually(async () =>
      expect((await runner.start(SHOP_ENTITY, 'user:default/me')).kind).toBe(
        'started',
      ),
    );
  });
});
