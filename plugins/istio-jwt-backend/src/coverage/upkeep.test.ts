import { mockServices } from '@backstage/backend-test-utils';
import { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import { Observation } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import {
  ALL,
  claimingEntity,
  CoverageHarness,
} from '../__testUtils__/CoverageHarness';
import { describeOnDatabases } from '../__testUtils__/describeOnDatabases';
import { digestConfiguration } from '../status/digestConfiguration';
import { eventually } from '../testing/FakeApiServer';
import {
  gatewayYaml,
  meshOf,
  mirrorOf,
  podYaml,
  routeYaml,
  serviceYaml,
} from '../testing/meshFixture';
import { assessService } from 'istio-jwt-policy-engine';
import { CoverageMetrics } from './CoverageMetrics';
import { DAY_MS } from './days';
import { ExceptionNotices } from './exceptions/ExceptionNotices';
import { ExceptionStore } from './exceptions/ExceptionStore';
import { IndexKeeper } from './IndexKeeper';
import { IndexStore, LeaseLost } from './index/IndexStore';
import { recordDay } from './index/recordDay';
import { SPANS } from './rows';

const mesh = () =>
  meshOf(
    podYaml('gateway'),
    gatewayYaml('gateway'),
    routeYaml('shop', 'gateway'),
    podYaml('shop'),
    serviceYaml('shop'),
  );

describeOnDatabases('the upkeep of the coverage', connect => {
  it('tells of the end of an exception 7 days before, one day before and at the end, each time once', async () => {
    const db = await connect();
    const harness = await CoverageHarness.create(
      db,
      [mirrorOf(mesh())],
      [claimingEntity('shop', { owner: 'group:default/sales' })],
    );
    await harness.pass();
    const sent: NotificationSendOptions[] = [];
    let failures = 1;
    const makeNotices = () =>
      new ExceptionNotices({
        db,
        logger: mockServices.logger.mock(),
        enabled: true,
        leaseMs: 1000,
        notifications: {
          send: async notification => {
            if (failures-- > 0) {
              throw new Error('Not now');
            }
            sent.push(notification);
          },
        },
      });
    const replicas = [makeNotices(), makeNotices()];
    const start = Date.now();
    const end = start + 30 * DAY_MS;
    const store = new ExceptionStore(db);
    const make = (reason: string) =>
      store.create(
        {
          scope: { cluster: 'c', namespace: 'default', name: 'shop' },
          reason,
          by: 'user:default/alice',
          expiresAt: end,
        },
        start,
      );
    const { id } = await make('Approved');
    await make('Nobody approved it');
    await store.change(
      id,
      1,
      {
        action: 'approved',
        by: 'user:default/bob',
        reason: 'Approved',
        expiresAt: end,
        approvedBy: 'user:default/bob',
      },
      start,
    );
    const work = async (now: number) => {
      await Promise.all(replicas.map(each => each.sendDue(undefined, now)));
      return sent.splice(0).map(({ payload }) => payload.title);
    };
    expect(await work(start)).toEqual([]);
    expect(await work(end - 8 * DAY_MS)).toEqual([]);
    // The first attempt fails and is made good.
    expect(await work(end - 7 * DAY_MS)).toEqual([]);
    await replicas[0].sendDue(undefined, end - 7 * DAY_MS + 2000);
    expect(sent).toEqual([
      {
        recipients: {
          type: 'entity',
          entityRef: [
            'user:default/alice',
            'user:default/bob',
            'group:default/sales',
          ],
        },
        payload: expect.objectContaining({
          title: 'The exception ends within 7 days: default/shop',
          description: 'Approved',
          link: `/jwt-coverage?view=exceptions&exception=${id}`,
        }),
      },
    ]);
    sent.splice(0);
    expect(await work(end - 6 * DAY_MS)).toEqual([]);
    expect(await work(end - DAY_MS)).toEqual([
      'The exception ends within a day: default/shop',
    ]);
    expect(await work(end - 1)).toEqual([]);
    expect(await work(end)).toEqual(['The exception has ended: default/shop']);
    expect(await work(end + 100 * DAY_MS)).toEqual([]);
  });

  it('shows drift as the entity page does, until the configuration changes', async () => {
    const db = await connect();
    const { wayIns, harness } = await startDrift(db);
    await harness.pass();
    expect(await harness.listAll()).toEqual([
      expect.objectContaining({
        name: 'shop',
        state: 'drift',
        lastProbeAt: expect.any(String),
      }),
    ]);
    expect(wayIns).toBeGreaterThan(0);
    const [mirror] = harness.mirrors;
    meshOf(
      routeYaml(
        'shop',
        'gateway',
        'timeout: 5s, route: [{destination: {host: shop}}]',
      ),
    )
      .list('VirtualService')
      .forEach(route => mirror.mesh.apply(route));
    await harness.pass();
    expect((await harness.listAll())[0].state).toBe('open');
  });

  it('one replica keeps the index, and another takes over', async () => {
    const db = await connect();
    const harness = await CoverageHarness.create(db, [mirrorOf(mesh())]);
    const passes = { first: 0, second: 0 };
    const lost: string[] = [];
    const makeKeeper = (name: 'first' | 'second') =>
      new IndexKeeper({
        store: new IndexStore(db),
        indexer: harness.makeIndexer(),
        logger: mockServices.logger.mock(),
        afterPass: async () => {
          passes[name] += 1;
        },
        onLost: () => lost.push(name),
        pauseMs: 10,
        idleMs: 30,
        leaseMs: 60_000,
      });
    const first = makeKeeper('first');
    const second = makeKeeper('second');
    first.start();
    await eventually(() => expect(passes.first).toBeGreaterThan(0));
    second.start();
    const before = passes.first;
    await eventually(() => expect(passes.first).toBeGreaterThan(before + 2));
    expect(passes.second).toBe(0);
    await first.stop();
    await eventually(() => expect(passes.second).toBeGreaterThan(0));
    const stopped = passes.first;
    await second.stop();
    expect(passes.first).toBe(stopped);
    expect(lost).toEqual([]);
    expect(await harness.listAll(ALL)).toHaveLength(1);
  });

  it('takes no write of a replica that lost its lease in the middle of a pass', async () => {
    const db = await connect();
    const harness = await CoverageHarness.create(db, [mirrorOf(mesh())]);
    const { store } = harness;
    expect(await store.lease('slow', 1000, 500)).toBe('taken');
    await harness.pass();
    const before = await harness.listAll(ALL);
    expect(before).toHaveLength(1);

    const successor = new IndexStore(db);
    expect(await store.lease('slow', 1001, 500)).toBe('kept');
    expect(await successor.lease('next', 1400, 500)).toBeUndefined();
    expect(await successor.lease('next', 1600, 500)).toBe('taken');
    const keys = [...(await store.readDigests()).keys()];
    await expect(store.remove(keys)).rejects.toThrow(LeaseLost);
    await expect(store.markStale('c', 1, 'old')).rejects.toThrow(LeaseLost);
    await expect(store.noteComplete(9999, true)).rejects.toThrow(LeaseLost);
    await expect(
      recordDay(db, Date.now(), run => store.write(run)),
    ).rejects.toThrow(LeaseLost);

    expect(await harness.listAll(ALL)).toEqual(before);
    expect(await db(SPANS)).toEqual([]);
    await successor.remove(keys);
    expect(await harness.listAll(ALL)).toEqual([]);
    // It has the lease again, and must not believe that nobody else had it.
    expect(await store.lease('slow', 2200, 500)).toBe('taken');
  });

  it('measures services by state and owner, with a bounded number of owners', async () => {
    const db = await connect();
    const harness = await CoverageHarness.create(
      db,
      [
        mirrorOf(
          meshOf(
            ...Array.from({ length: 130 }, (_, index) => [
              podYaml(`s${index}`),
              serviceYaml(`s${index}`),
            ]).flat(),
          ),
        ),
      ],
      Array.from({ length: 125 }, (_, index) =>
        claimingEntity(`s${index}`, { owner: `group:default/t${index}` }),
      ),
    );
    await harness.pass();
    let observe: any;
    const metrics = new CoverageMetrics({
      createObservableGauge: () => ({
        addCallback: (callback: any) => {
          observe = callback;
        },
      }),
    } as any);
    const collect = () => {
      const series: [number, { state: string; owner: string }][] = [];
      observe({
        observe: (value: number, attributes: any) =>
          series.push([value, attributes]),
      });
      return series;
    };
    await metrics.refresh(db);
    const series = collect();
    expect(series).toHaveLength(102);
    expect(series.reduce((sum, [value]) => sum + value, 0)).toBe(130);
    const valueOf = (owner: string) =>
      series.find(([, attributes]) => attributes.owner === owner)?.[0];
    expect([valueOf('none'), valueOf('other')]).toEqual([5, 25]);
    metrics.clear();
    expect(collect()).toEqual([]);
  });
});

/** A gateway that answered otherwise than its configuration says. */
async function startDrift(
  db: Knex,
): Promise<{ harness: CoverageHarness; wayIns: number }> {
  const shop = mesh();
  const harness = await CoverageHarness.create(
    db,
    [mirrorOf(shop)],
    [claimingEntity('shop')],
  );
  const service = { namespace: 'default', name: 'shop' };
  const { waysIn } = assessService(shop, service);
  const wayIn = waysIn.find(({ kind }) => kind === 'gateway')!;
  const now = Date.now();
  const run = {
    id: '0b4a8b1c-8f0a-4c57-9d0e-2d2c8a3f1a11',
    entityRef: 'component:default/shop',
    total: 1,
    startedBy: 'user:default/alice',
    targets: [],
  };
  const observation: Observation = {
    vector: 'no-token',
    title: 'No token',
    wayInId: wayIn.id,
    service: { cluster: 'c', ...service },
    configuration: digestConfiguration(shop, wayIn),
    expected: { status: ['not-401-403'], why: 'open' },
    observed: { kind: 'answer', status: 403, durationMs: 1 },
    result: 'disagrees',
    at: new Date(now).toISOString(),
  };
  await harness.pass();
  expect((await harness.listAll())[0].state).toBe('open');
  await harness.runs.startRun(run, now);
  await harness.runs.addObservations(run.id, [{ position: 0, observation }]);
  await harness.runs.finishRun(run.id, { status: 'done' }, now + 5);
  return { harness, wayIns: waysIn.length };
}
