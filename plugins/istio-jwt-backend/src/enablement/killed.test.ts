import { TestDatabases } from '@backstage/backend-test-utils';
import {
  demoEntity,
  EnablementHarness,
} from '../__testUtils__/EnablementHarness';
import { KillSwitch } from '../__testUtils__/KillSwitch';
import { eventually } from '../testing/FakeApiServer';

jest.setTimeout(900_000);

describe('an operation whose backend is killed', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  /** Each with a mesh and a database of its own: the time goes into waiting, not into work. */
  const harnesses: EnablementHarness[] = [];

  beforeAll(async () => {
    for (let i = 0; i < 4; i++) {
      harnesses.push(
        await EnablementHarness.start(await databases.init('SQLITE_3')),
      );
    }
  });

  afterAll(() => Promise.all(harnesses.map(harness => harness.stop())));

  /** The results for `items` in their order, worked off by all harnesses. */
  async function onHarnesses<T, R>(
    items: readonly T[],
    run: (harness: EnablementHarness, item: T) => Promise<R>,
  ): Promise<R[]> {
    const results: R[] = [];
    const waiting = [...items.entries()];
    // All are waited for: what goes on behind a failure would spoil the next test.
    const ends = await Promise.allSettled(
      harnesses.map(async harness => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          const [index, item] = next;
          results[index] = await run(harness, item);
        }
      }),
    );
    const failed = ends.find(end => end.status === 'rejected');
    if (failed) throw failed.reason;
    return results;
  }

  /** As time does. A lease so short that nobody waits for it would be lost by whoever lives, on a slow machine. */
  const endLease = ({ database }: EnablementHarness) =>
    database('istio_jwt_enablements')
      .whereNotNull('lease_until')
      .update({ lease_until: 0 });

  /** Lets one replica begin and die, and another go on. */
  async function killAt(
    harness: EnablementHarness,
    kill: KillSwitch,
    act: () => Promise<void> = async () => {},
  ) {
    await harness.reset();
    const first = await harness.startReplica({ ...kill });
    const before = await harness.readPolicies();
    const id = await harness.begin(first, 'reviews');
    if (!kill.isDead) {
      await eventually(async () => {
        const { operation } = (await first.service
          .get(demoEntity('reviews'), id)
          .catch(() => undefined)) ?? { operation: { phase: 'dead' } };
        if (
          !kill.isDead &&
          !['done', 'rolled-back'].includes(operation.phase)
        ) {
          throw new Error('Not yet');
        }
      });
    }
    await first.stop();
    await endLease(harness);
    await act();
    const second = await harness.startReplica({});
    const operation = await harness.waitFor(second, 'reviews', id);
    await second.stop();
    return { operation, before, after: await harness.readPolicies() };
  }

  const ours = (policies: string[]) =>
    policies.filter(text => text.includes('backstage-istio-jwt'));

  it('is brought to its end from wherever it was', async () => {
    const whole = new KillSwitch();
    await killAt(harnesses[0], whole);
    const points = whole.calls.flatMap((call, index) =>
      call === 'save'
        ? [{ index, when: 'before' as const }].filter(() => index % 2 === 0)
        : [
            { index, when: 'before' as const },
            { index, when: 'after' as const },
          ],
    );
    expect(points.length).toBeGreaterThan(15);
    const ends = await onHarnesses(points, async (harness, { index, when }) => {
      const kill = new KillSwitch(index, when);
      const { operation, after } = await killAt(harness, kill);
      expect(kill.isDead).toBe(true);
      return [index, operation.phase, operation.outcome, ours(after).length];
    });
    expect(ends).toEqual(
      points.map(({ index }) => [index, 'done', undefined, 2]),
    );
  });

  it('goes back to where it was, wherever it is killed on the way back', async () => {
    const cancelAndKill = async (
      harness: EnablementHarness,
      again: KillSwitch,
    ) => {
      await harness
        .database('istio_jwt_enablements')
        .whereNotIn('phase', ['done', 'rolled-back'])
        .update({ cancel_requested: true });
      const second = await harness.startReplica({ ...again });
      await eventually(() => expect(again.isDead).toBe(true), 30_000);
      await second.stop();
      await endLease(harness);
    };
    await onHarnesses([...Array(10).keys()], async (harness, index) => {
      // Enforced by the first, cancelled while nobody drives, half taken back by the second.
      const { operation, before, after } = await killAt(
        harness,
        new KillSwitch(24, 'after'),
        () => cancelAndKill(harness, new KillSwitch(index, 'after')),
      );
      expect([index, operation.phase, operation.outcome]).toEqual([
        index,
        'rolled-back',
        'It was cancelled. Everything was taken back.',
      ]);
      expect(after).toEqual(before);
    });
  });
});
