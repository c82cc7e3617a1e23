import { describeOnDatabases } from '../__testUtils__/describeOnDatabases';
import { DatabaseScheduleStore } from './DatabaseScheduleStore';

const LEASE = 1000;
describeOnDatabases('DatabaseScheduleStore', connect => {
  let store: DatabaseScheduleStore;
  let other: DatabaseScheduleStore;

  beforeEach(async () => {
    const knex = await connect();
    store = new DatabaseScheduleStore(knex);
    other = new DatabaseScheduleStore(knex);
  });

  const begin = async (refs: string[], now = 0) => {
    const { round } = await store.beginRound(now);
    await store.enlist(
      round,
      refs.map((entityRef, index) => ({ entityRef, dueAt: now + index })),
    );
    await store.endListing(round);
    return round;
  };

  it('gives each entity to one replica, in the order of their turns', async () => {
    const refs = Array.from(
      { length: 250 },
      (__, index) => `component:a/${index}`,
    );
    await begin(refs);
    expect(
      (await store.claim(1, LEASE, 10)).map(c => c.entityRef).sort(),
    ).toEqual(refs.slice(0, 2));
    const claims = (
      await Promise.all(
        [store, other, store, other].map(each => each.claim(500, LEASE, 80)),
      )
    ).flat();
    const taken = claims.map(({ entityRef }) => entityRef);
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken.length).toBeGreaterThan(100);
  });

  it('lets others take up what a dead replica held, and nothing of a live one', async () => {
    await begin(['a', 'b']);
    const [dead] = await store.claim(100, LEASE, 1);
    const [live] = await store.claim(100, LEASE, 1);
    await store.renew([live.lease], 5000);
    expect(await other.claim(1000, LEASE, 5)).toEqual([]);
    const taken = await other.claim(1101, LEASE, 5);
    expect(taken.map(({ entityRef }) => entityRef)).toEqual([dead.entityRef]);
    // The dead one comes back: its work no longer counts.
    expect(await store.finish(dead, 'done')).toBe(false);
    expect(await other.finish(taken[0], 'done')).toBe(true);
    expect(await store.finish(live, 'done')).toBe(true);
    expect(await store.claim(99_999, LEASE, 5)).toEqual([]);
  });

  it('takes an entity once per round', async () => {
    await begin(['a']);
    const [claim] = await store.claim(10, LEASE, 5);
    await store.postpone(claim, 500, 'later');
    expect(await store.claim(499, LEASE, 5)).toEqual([]);
    const [again] = await store.claim(500, LEASE, 5);
    await store.finish(again, 'done');
    expect(await store.endRound(600)).toMatchObject({
      round: 1,
      entities: 1,
      finishedAt: 600,
    });
    expect(await other.endRound(600)).toBeUndefined();
    await begin(['a'], 1000);
    expect(await store.claim(1000, LEASE, 5)).toHaveLength(1);
  });

  it('counts who had no turn, and forgets who is no more', async () => {
    await begin(['a', 'b', 'c']);
    const [claim] = await store.claim(0, LEASE, 1);
    await store.finish(claim, 'skipped', 'why');
    expect(await store.endRound(5)).toBeUndefined();
    expect(await store.beginRound(1000)).toEqual({ round: 2, missed: 2 });
    await store.enlist(2, [{ entityRef: 'b', dueAt: 1000 }]);
    await store.endListing(2);
    const left = await store.claim(9999, LEASE, 10);
    expect(left.map(({ entityRef }) => entityRef)).toEqual(['b']);
    await store.remove(left[0]);
    expect(await store.claim(99_999, LEASE, 10)).toEqual([]);
    expect(await store.getProgress()).toEqual({
      round: 2,
      startedAt: 1000,
      finishedAt: undefined,
      entities: 1,
    });
    await store.deleteRounds(99_999);
    expect(await store.getProgress()).toMatchObject({ round: 2 });
  });

  it('keeps the work of one round from counting for the next', async () => {
    await begin(['a']);
    const [slow] = await store.claim(10, LEASE, 1);
    await begin(['a'], 500);
    expect(await store.claim(600, LEASE, 1)).toEqual([]);
    await store.finish(slow, 'done');
    expect(await store.claim(600, LEASE, 1)).toHaveLength(1);
  });
});
