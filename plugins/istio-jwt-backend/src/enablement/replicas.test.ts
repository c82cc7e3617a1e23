import { Knex } from 'knex';
import {
  demoEntity,
  EnablementHarness,
} from '../__testUtils__/EnablementHarness';
import { KillSwitch } from '../__testUtils__/KillSwitch';
import { startPostgres } from '../testing/startPostgres';

jest.setTimeout(180_000);

describe('two replicas on one PostgreSQL', () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let knex: Knex;
  let harness: EnablementHarness;

  beforeAll(async () => {
    postgres = await startPostgres();
    knex = await postgres.connect();
    harness = await EnablementHarness.start(knex);
  });

  afterAll(async () => {
    await harness.stop();
    await postgres.stop();
  });

  it('drive an operation one at a time, and the other goes on where one dies', async () => {
    const before = await harness.readPolicies();
    const whole = [new KillSwitch(), new KillSwitch()];
    const [a, b] = await Promise.all(
      whole.map(({ wrapStore, wrapWriter }) =>
        harness.startReplica({ wrapStore, wrapWriter }),
      ),
    );
    const id = await harness.begin(a, 'reviews');
    expect((await harness.waitFor(b, 'reviews', id)).phase).toBe('done');
    const wrote = whole.filter(({ calls }) => calls.includes('apply'));
    expect(wrote).toHaveLength(1);

    const off = await harness.disable(b, 'reviews', id);
    const { operation } = await b.service.start(
      demoEntity('reviews'),
      off.planId,
      harness.caller(),
    );
    expect((await harness.waitFor(a, 'reviews', operation.id)).phase).toBe(
      'done',
    );
    expect(await harness.readPolicies()).toEqual(before);
    await Promise.all([a.stop(), b.stop()]);

    const dying = new KillSwitch(12, 'after');
    const { wrapStore, wrapWriter } = dying;
    const first = await harness.startReplica({
      wrapStore,
      wrapWriter,
      leaseMs: 500,
    });
    const second = await harness.startReplica({ drives: false });
    const next = await harness.begin(first, 'reviews');
    while (!dying.isDead) {
      await new Promise(resolve => {
        setTimeout(resolve, 20);
      });
    }
    second.driver.start();
    expect((await harness.waitFor(second, 'reviews', next)).phase).toBe('done');
  });

  it('take one lock once, however many ask at the same time', async () => {
    await harness.settle();
    await harness.reset();
    const replicas = await Promise.all(
      [1, 2, 3, 4].map(() => harness.startReplica({ drives: false })),
    );
    const plans: string[] = [];
    for (const replica of replicas) {
      const plan = await harness.plan(replica, 'reviews');
      if (plan.kind !== 'planned') throw new Error(plan.reason);
      plans.push(plan.planId);
    }
    const results = await Promise.allSettled(
      replicas.map((replica, index) =>
        replica.service.start(
          demoEntity('reviews'),
          plans[index],
          harness.caller(),
        ),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(
      1,
    );
    const reasons = results.flatMap(result =>
      result.status === 'rejected' ? [String(result.reason)] : [],
    );
    expect(reasons).toHaveLength(3);
    for (const reason of reasons) expect(reason).toMatch(/is not over/);
  });
});
