import { TestDatabases } from '@backstage/backend-test-utils';
import { ServerResponse } from 'node:http';
import { eventually, FakeApiServer, sendList } from '../testing/FakeApiServer';
import {
  ROUTES_PATH,
  serveShop,
  SHOP_ENTITY,
  SHOP_ROUTE,
} from '../testing/shopCluster';
import { StartedRunner, startRunner } from '../__testUtils__/startRunner';

describe('ProbeRunner, while a cluster is read for the first time', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let api: FakeApiServer;
  let started: StartedRunner;
  /** Lists of routes that the API server has not answered yet. */
  let waiting: ServerResponse[];

  beforeEach(async () => {
    waiting = [];
    api = await FakeApiServer.start();
    serveShop(api);
    api.on(ROUTES_PATH, (_, response, query) => {
      if (query.has('watch')) api.openWatch(ROUTES_PATH, response);
      else waiting.push(response);
    });
    const knex = await databases.init('SQLITE_3');
    started = await startRunner(api, knex, {
      allowedAddresses: ['192.0.2.0/24'],
      readWithinMs: 1000,
    });
    await eventually(() => {
      if (waiting.length === 0) throw new Error('Routes were not asked for');
    });
  });

  afterEach(async () => {
    await started.stop();
    await api.stop();
  });

  it('waits for the rest, so that no way in is left out', async () => {
    const starting = started.runner.start(SHOP_ENTITY, 'user:default/me');
    setTimeout(() => sendList(waiting[0], [SHOP_ROUTE], '1'), 200);
    expect((await starting).kind).toBe('started');
    await eventually(() => expect(started.seen?.status).toBe('done'), 20_000);
    const probed = new Set(
      started.seen!.observations.map(({ wayInId }) => wayInId),
    );
    expect([...probed].sort()).toEqual([
      expect.stringContaining('shop.example.com'),
      'mesh.80',
    ]);
  });

  it('says so rather than probe half of the ways in', async () => {
    expect(await started.runner.start(SHOP_ENTITY, 'user:default/me')).toEqual({
      kind: 'reading',
      clusters: ['c'],
    });
    sendList(waiting[0], [SHOP_ROUTE], '1');
    await eventually(async () =>
      expect(
        (
          await started.runner.start(SHOP_ENTITY, 'user:default/me')
        ).kind,
      ).toBe('started'),
    );
  });
});
