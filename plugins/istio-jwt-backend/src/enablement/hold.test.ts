import { TestDatabases } from '@backstage/backend-test-utils';
import {
  demoEntity,
  EnablementHarness,
  Replica,
  ReplicaOptions,
} from '../__testUtils__/EnablementHarness';
import { KillSwitch } from '../__testUtils__/KillSwitch';
import { RUNS } from '../storage/runRows';
import { Operation } from './operation';
import { OwnProbes } from './shadow/OwnProbes';
import { ShadowReading } from './shadow/ShadowReader';

const reviews = demoEntity('reviews');
const HOST = 'reviews.example.com';

/** What the gateway's one Pod has counted, at one reading after the other; the last one stays. */
function counting(...denied: number[]): ReplicaOptions['shadowReader'] {
  const left = [...denied];
  return {
    read: async () => {
      const now = left.length > 1 ? left.shift()! : left[0];
      return readingOf({ 'edge/shared-gateway-0': now });
    },
  };
}

function readingOf(denied: Record<string, number>, pods = 1): ShadowReading {
  return {
    ok: true,
    pods,
    byPod: new Map(
      Object.entries(denied).map(([pod, count]) => [
        pod,
        { denied: count, allowed: 7 },
      ]),
    ),
  };
}

describe('an operation that is held before it enforces anything', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let harness: EnablementHarness;
  let before: string[];

  beforeAll(async () => {
    harness = await EnablementHarness.start(await databases.init('SQLITE_3'));
  });

  beforeEach(async () => {
    await harness.reset();
    await harness.database(RUNS).delete();
    harness.notices.length = 0;
    before = await harness.readPolicies();
  });
  afterEach(() => harness.settle());
  afterAll(() => harness.stop());

  const startHolding = (
    shadowReader: ReplicaOptions['shadowReader'],
    { enablement, ...options }: ReplicaOptions = {},
  ) =>
    harness.startReplica({
      ...options,
      shadowReader,
      enablement: {
        shadow: 'hold',
        ...enablement,
        deadlines: {
          propagation: '3s',
          rollback: '10s',
          shadow: '30ms',
          ...(enablement as { deadlines?: object })?.deadlines,
        },
      },
    });

  const waitUntilHeld = (replica: Replica, id: string) =>
    harness.waitFor(replica, 'reviews', id, ['held', 'rolled-back', 'done']);

  const enforce = (replica: Replica, id: string) =>
    replica.service.enforce(reviews, id, harness.caller('user:default/bob'));

  it('is not, where all Pods were read and would have refused nothing', async () => {
    const replica = await startHolding(counting(4));
    const id = await harness.begin(replica, 'reviews');
    const operation = await harness.waitFor(replica, 'reviews', id);
    expect([operation.phase, operation.hold]).toEqual(['done', undefined]);
  });

  it('says what it counted, enforces nothing, and goes on once somebody says so', async () => {
    const replica = await startHolding(counting(4, 7));
    const id = await harness.begin(replica, 'reviews');
    const held = await waitUntilHeld(replica, id);
    expect(held.phase).toBe('held');
    expect(held.hold?.reason).toMatch(
      /1 of 1 Pod counted 3 requests .* would have refused 3 /,
    );
    expect(await harness.ask(HOST)).toBe(200);
    expect(harness.notices).toEqual([
      {
        recipients: { type: 'entity', entityRef: ['user:default/alice'] },
        payload: expect.objectContaining({
          title: 'reviews: decide whether the policy is enforced',
          description: held.hold?.reason,
          link: `/catalog/default/component/reviews/istio-jwt?jwt=operation&operation=${id}`,
          severity: 'high',
        }),
      },
    ]);
    // Its gateway stays reserved, and nobody drives it.
    expect(
      (
        await replica.service.getOptions(reviews, {
          create: true,
          approve: true,
        })
      ).running,
    ).toEqual({ enablementId: id, phase: 'held' });

    await enforce(replica, id);
    const done = await harness.waitFor(replica, 'reviews', id);
    expect([done.phase, done.hold?.enforced?.by]).toEqual([
      'done',
      'user:default/bob',
    ]);
    expect(await harness.ask(HOST)).toBe(403);
    await expect(enforce(replica, id)).rejects.toThrow(/is not held/);
  });

  it.each<[string, ShadowReading[], RegExp]>([
    [
      'nothing could be read',
      [{ ok: false, reason: 'portForward is off.' }],
      /^Not counted: portForward is off\.$/,
    ],
    [
      'it could be read at first alone',
      [readingOf({ a: 1 }), { ok: false, reason: 'The Pod is gone.' }],
      /^Not counted: The Pod is gone\.$/,
    ],
    [
      'one of the Pods was not read',
      [readingOf({ a: 1, b: 1 }, 2), readingOf({ a: 1 }, 2)],
      /1 of 2 Pods .* What the other Pods counted is not known\.$/,
    ],
  ])('is, where %s', async (_, readings, reason) => {
    const left = [...readings];
    const replica = await startHolding({
      read: async () => (left.length > 1 ? left.shift()! : left[0]),
    });
    const id = await harness.begin(replica, 'reviews');
    const held = await waitUntilHeld(replica, id);
    expect([held.phase, held.hold?.reason]).toEqual([
      'held',
      expect.stringMatching(reason),
    ]);
  });

  it('goes back to where it was when it is given up', async () => {
    const replica = await startHolding(counting(0, 1));
    const id = await harness.begin(replica, 'reviews');
    await waitUntilHeld(replica, id);
    await replica.service.cancel(reviews, id, harness.caller());
    const operation = await harness.waitFor(replica, 'reviews', id);
    expect([operation.phase, operation.outcome]).toEqual([
      'rolled-back',
      'user:default/alice gave it up. Everything was taken back.',
    ]);
    expect(await harness.readPolicies()).toEqual(before);
  });

  it('goes back when nobody decides in time', async () => {
    const replica = await startHolding(counting(0, 1), {
      enablement: { deadlines: { hold: '1ms' } },
    });
    const id = await harness.begin(replica, 'reviews');
    await waitUntilHeld(replica, id);
    await expect(enforce(replica, id)).rejects.toThrow(/time to decide/);
    await replica.service.cleanUp(60_000);
    const operation = await harness.waitFor(replica, 'reviews', id);
    expect([operation.phase, operation.outcome]).toEqual([
      'rolled-back',
      'Nobody said in time that it is to be enforced. Everything was taken back.',
    ]);
    expect(await harness.readPolicies()).toEqual(before);
    expect(harness.notices.at(-1)?.payload.title).toMatch(/nobody decided/);
  });

  it('is let stand by a look that comes before the deadline', async () => {
    const replica = await startHolding(counting(0, 1));
    const id = await harness.begin(replica, 'reviews');
    await waitUntilHeld(replica, id);
    await replica.service.cleanUp(60_000);
    expect((await replica.service.get(reviews, id)).operation.phase).toBe(
      'held',
    );
  });

  it('goes back where somebody cancels at the very moment', async () => {
    let isAsked = false;
    const replica = await startHolding(counting(0, 1), {
      wrapStore: store =>
        new Proxy(store, {
          get: (target, name) => {
            const value = Reflect.get(target, name);
            if (name !== 'save') {
              return typeof value === 'function' ? value.bind(target) : value;
            }
            return async (operation: Operation, lease: string) => {
              if (operation.phase === 'held' && !isAsked) {
                isAsked = await target.requestCancel(operation.id);
              }
              return target.save(operation, lease);
            };
          },
        }),
    });
    const id = await harness.begin(replica, 'reviews');
    const operation = await harness.waitFor(replica, 'reviews', id);
    expect([isAsked, operation.phase]).toEqual([true, 'rolled-back']);
    expect(await harness.readPolicies()).toEqual(before);
  });

  it('does not count the time that people take as its own', async () => {
    const replica = await startHolding(counting(0, 1));
    const id = await harness.begin(replica, 'reviews');
    const held = await waitUntilHeld(replica, id);
    const startedAt = new Date(Date.now() - 60 * 60_000).toISOString();
    await harness
      .database('istio_jwt_enablements')
      .where({ id })
      .update({
        operation: JSON.stringify({
          ...held,
          steps: held.steps.map(step => ({ ...step, startedAt })),
        }),
      });
    await enforce(replica, id);
    expect((await harness.waitFor(replica, 'reviews', id)).phase).toBe('done');
  });

  it('is held, and goes on, wherever the backend is killed on the way', async () => {
    const whole = new KillSwitch();
    const first = await startHolding(counting(0, 1), whole);
    const id = await harness.begin(first, 'reviews');
    await waitUntilHeld(first, id);
    await first.stop();
    // From the first write of the policy as a dry run to the note that it is held.
    const from = whole.calls.lastIndexOf('apply');
    const points = [...whole.calls.keys()]
      .slice(from)
      .filter((at, index, all) => index % 2 === 0 || at === all.at(-1));
    expect(points.length).toBeGreaterThan(2);
    await harness.settle();
    for (const at of points) {
      await harness.reset();
      const kill = new KillSwitch(at, 'after');
      const dying = await startHolding(counting(0, 1), {
        ...kill,
        leaseMs: 300,
      });
      const killed = await harness.begin(dying, 'reviews');
      while (!kill.isDead) {
        await new Promise(resolve => {
          setTimeout(resolve, 10);
        });
      }
      await dying.stop();
      const second = await startHolding(counting(0, 1), { leaseMs: 300 });
      expect([at, (await waitUntilHeld(second, killed)).phase]).toEqual([
        at,
        'held',
      ]);
      await enforce(second, killed);
      const end = await harness.waitFor(second, 'reviews', killed);
      expect([at, end.phase, end.outcome]).toEqual([at, 'done', undefined]);
      await harness.settle();
    }
  });

  const addRun = async (
    targets: object[],
    { startedAt = Date.now(), isOver = true } = {},
  ) =>
    await harness.database(RUNS).insert({
      id: `run-${startedAt}-${targets.length}-${isOver}`,
      entity_ref: 'component:default/reviews',
      running_key: null,
      status: isOver ? 'done' : 'running',
      started_at: startedAt,
      finished_at: isOver ? startedAt : null,
      heartbeat_at: startedAt,
      total: 1,
      started_by: 'schedule',
      error: null,
      targets: JSON.stringify(targets),
      vectors: 'all',
      notes: null,
    });

  it('is not for probes of the portal’s own: it counts again without them', async () => {
    const replica = await startHolding(counting(0, 2, 2));
    harness.onProgress = operation => {
      if (operation.steps.at(-1)?.id !== 'shadow-counted') return;
      harness.onProgress = undefined;
      const [{ id: wayInId }] = operation.waysIn;
      void addRun([{ wayInId, service: operation.service, tried: [] }]);
    };
    const id = await harness.begin(replica, 'reviews');
    const operation = await harness.waitFor(replica, 'reviews', id, [
      'done',
      'held',
      'rolled-back',
    ]);
    expect([operation.phase, operation.hold]).toEqual(['done', undefined]);
    expect(
      operation.steps
        .find(step => step.id === 'shadow-counted')
        ?.log.map(({ message }) => message),
    ).toEqual([expect.stringContaining('Counting again')]);
  });

  it('knows which runs asked its proxies, and which may still', async () => {
    const replica = await startHolding(counting(0, 1));
    const id = await harness.begin(replica, 'reviews');
    const operation = await waitUntilHeld(replica, id);
    const [{ id: wayInId }] = operation.waysIn;
    const own = new OwnProbes(harness.database, replica.registry);
    const now = Date.now();
    const find = () => own.find(operation, now - 1000, now);
    expect(await find()).toBe('none');
    const { service } = operation;
    await addRun([{ wayInId, service: { ...service, cluster: 'other' } }]);
    await addRun([{ wayInId, service }], { startedAt: now - 60_000 });
    expect(await find()).toBe('none');
    await addRun([], { isOver: false });
    expect(await find()).toBe('running');
    // A neighbour’s, by the same gateway.
    const { services } = await replica.service.getOptions(
      demoEntity('payments'),
      { create: true, approve: true },
    );
    const neighbour = services[0].waysIn.find(({ kind }) => kind === 'gateway');
    await addRun(
      [
        { wayInId: neighbour!.id, service: services[0] },
        { wayInId: 'x', service },
      ],
      { startedAt: now + 1 },
    );
    expect(await find()).toBe('some');
  });
});
