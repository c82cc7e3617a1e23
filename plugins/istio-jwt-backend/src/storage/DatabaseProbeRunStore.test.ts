import { mockServices } from '@backstage/backend-test-utils';
import { Observation } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { describeOnDatabases } from '../__testUtils__/describeOnDatabases';
import { DatabaseProbeRunStore } from './DatabaseProbeRunStore';

const observation: Observation = {
  vector: 'no-token',
  title: 'No token',
  wayInId: 'w',
  expected: { status: [403], why: 'because' },
  observed: { kind: 'answer', status: 200, durationMs: 3 },
  result: 'disagrees',
  at: '2026-01-01T00:00:00.000Z',
};

const run = (id: string, entityRef = 'component:default/a') => ({
  id,
  entityRef,
  startedBy: 'user:default/guest',
  total: 2,
  targets: [],
});

describeOnDatabases('DatabaseProbeRunStore', (connect, connectEmpty) => {
  let knex: Knex;
  let store: DatabaseProbeRunStore;

  beforeEach(async () => {
    knex = await connect();
    store = await DatabaseProbeRunStore.create({
      database: mockServices.database.mock({
        getClient: async () => knex,
        migrations: { skip: false },
      }),
    });
  });

  it('keeps a run with its observations in order', async () => {
    expect(await store.startRun(run('1'), 1000)).toBe(true);
    await store.addObservations('1', [
      { position: 1, observation: { ...observation, title: 'second' } },
      { position: 0, observation },
    ]);
    await store.setTargets('1', [{ wayInId: 'w', tried: ['x'] }]);
    await store.finishRun('1', { status: 'done' }, 2000);
    expect(await store.getRun('component:default/a', '1')).toEqual({
      ...run('1'),
      status: 'done',
      startedAt: '1970-01-01T00:00:01.000Z',
      finishedAt: '1970-01-01T00:00:02.000Z',
      targets: [{ wayInId: 'w', tried: ['x'] }],
      observations: [observation, { ...observation, title: 'second' }],
      error: undefined,
    });
    expect(await store.getRun('component:default/other', '1')).toBeUndefined();
  });

  it('lets one run per entity go on at a time, even when two start together', async () => {
    const started = await Promise.all([
      store.startRun(run('1'), 1),
      store.startRun(run('2'), 1),
      store.startRun(run('3', 'component:default/b'), 1),
    ]);
    expect(started.filter(Boolean)).toHaveLength(2);
    expect(started[2]).toBe(true);
    await store.finishRun(started[0] ? '1' : '2', { status: 'done' }, 2);
    expect(await store.startRun(run('4'), 3)).toBe(true);
  });

  it('ends runs whose backend went away, and only those', async () => {
    await store.startRun(run('dead'), 1000);
    await store.startRun(run('alive', 'component:default/b'), 1000);
    await store.beat('alive', 9000);
    expect(await store.failAbandonedRuns(5000, 10_000)).toBe(1);
    const dead = await store.getRun('component:default/a', 'dead');
    expect(dead).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('stopped'),
    });
    expect(await store.startRun(run('again'), 11_000)).toBe(true);
    expect((await store.getRun('component:default/b', 'alive'))?.status).toBe(
      'running',
    );
  });

  it('tells the newest run, and the newest that is done', async () => {
    await store.startRun(run('1'), 1);
    await store.addObservations('1', [{ position: 0, observation }]);
    await store.finishRun('1', { status: 'done' }, 2);
    await store.startRun(run('2'), 3);
    const { last, lastDone } = await store.getLastRuns('component:default/a');
    expect([last?.id, lastDone?.id]).toEqual(['2', '1']);
    expect(lastDone?.observations).toHaveLength(1);
    expect(await store.getLastRuns('component:default/none')).toEqual({});
  });

  it('deletes what is past retention, but nothing that goes on', async () => {
    await store.startRun(run('old'), 1);
    await store.addObservations('old', [{ position: 0, observation }]);
    await store.finishRun('old', { status: 'failed', error: 'x' }, 2);
    await store.startRun(run('running'), 3);
    expect(await store.deleteRuns(100)).toBe(1);
    expect(await store.getRun('component:default/a', 'old')).toBeUndefined();
    expect(await knex('istio_jwt_observations').select()).toEqual([]);
    expect(await store.getRun('component:default/a', 'running')).toBeDefined();
  });

  it('goes down and up again', async () => {
    const directory = `${__dirname}/../../migrations`;
    await knex.migrate.rollback({ directory }, true);
    expect(await knex.schema.hasTable('istio_jwt_probe_runs')).toBe(false);
    await knex.migrate.latest({ directory });
    expect(await knex.schema.hasTable('istio_jwt_observations')).toBe(true);
  });

  it('leaves the schema alone where migrations are switched off', async () => {
    const other = await connectEmpty();
    await DatabaseProbeRunStore.create({
      database: mockServices.database.mock({
        getClient: async () => other,
        migrations: { skip: true },
      }),
    });
    expect(await other.schema.hasTable('istio_jwt_probe_runs')).toBe(false);
  });
});
