import { StateChange } from 'backstage-plugin-istio-jwt-common';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { describeOnDatabases } from '../__testUtils__/describeOnDatabases';
import { DatabaseStateHistoryStore } from './DatabaseStateHistoryStore';
import { EntityStates } from './StateHistoryStore';

const REF = 'component:default/shop';
const HOLD = 1000;

const entity = (
  state: ProtectionState,
  verdict = state,
  entityRef = REF,
): EntityStates => ({
  entityRef,
  completeClusters: ['c'],
  subjects: [
    { subject: { level: 'entity' }, state, verdict, reason: `is ${state}` },
  ],
});

const withWayIn = (states: EntityStates, id: string): EntityStates => ({
  ...states,
  subjects: [
    ...states.subjects,
    {
      subject: {
        level: 'way-in',
        cluster: 'c',
        namespace: 'n',
        service: 's',
        wayInId: id,
      },
      state: 'open',
      verdict: 'open',
      reason: 'is open',
    },
  ],
});

describeOnDatabases('DatabaseStateHistoryStore', connect => {
  let store: DatabaseStateHistoryStore;
  let other: DatabaseStateHistoryStore;

  beforeEach(async () => {
    const knex = await connect();
    store = new DatabaseStateHistoryStore(knex);
    other = new DatabaseStateHistoryStore(knex);
  });

  it('writes only what changed, with its cause', async () => {
    await store.record(entity('enforced'), 1, HOLD);
    expect(await store.record(entity('enforced'), 2, HOLD)).toEqual([]);
    await store.record(entity('drift', 'enforced'), 3, HOLD);
    // As after a restart: nothing is in memory.
    expect(await other.record(entity('drift', 'enforced'), 4, HOLD)).toEqual(
      [],
    );
    await other.record(entity('open'), 5, HOLD);
    const { items } = await store.list(REF, { limit: 10 });
    expect(
      items.map(({ from, to, cause, at }) => [from, to, cause, Date.parse(at)]),
    ).toEqual([
      ['drift', 'open', 'configuration', 5],
      ['enforced', 'drift', 'observation', 3],
      [null, 'enforced', 'first-seen', 1],
    ]);
    expect(items[1].reason).toBe('is drift');
    expect(
      (await store.list('component:default/x', { limit: 10 })).items,
    ).toEqual([]);
  });

  it('gives a change to one of two replicas that see it together', async () => {
    await store.record(entity('enforced'), 1, HOLD);
    const seen: StateChange[][] = await Promise.all(
      [store, other, store, other].map(each =>
        each.record(entity('open'), 2, HOLD),
      ),
    );
    expect(seen.flat()).toHaveLength(1);
    const firsts = await Promise.all(
      [store, other].map(each =>
        each.record(entity('open', 'open', 'component:default/b'), 2, HOLD),
      ),
    );
    expect(firsts.flat()).toHaveLength(1);
    expect((await store.list(REF, { limit: 10 })).items).toHaveLength(2);
  });

  it('notes what is gone, where the cluster is known in full', async () => {
    await store.record(withWayIn(entity('open'), 'w1'), 1, HOLD);
    const half = { ...entity('open'), completeClusters: [] };
    expect(await store.record(half, 2, HOLD)).toEqual([]);
    const [gone] = await store.record(entity('open'), 3, HOLD);
    expect(gone).toMatchObject({
      subject: { level: 'way-in', wayInId: 'w1' },
      from: 'open',
      to: null,
      cause: 'configuration',
    });
    expect(await store.record(entity('open'), 4, HOLD)).toEqual([]);
    const [back] = await store.record(withWayIn(entity('open'), 'w1'), 5, HOLD);
    expect([back.from, back.to]).toEqual([null, 'open']);
  });

  it('pages through changes of the same moment, each once', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await store.record(ids.reduce(withWayIn, entity('open')), 7, HOLD);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.list(REF, { limit: 2, cursor });
      seen.push(...page.items.map(({ subject }) => JSON.stringify(subject)));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toHaveLength(6);
    expect(new Set(seen).size).toBe(6);
    await expect(
      store.list(REF, { limit: 2, cursor: 'nonsense' }),
    ).rejects.toThrow('cursor');
  });

  it('tells the owner of what holds, once, over all replicas', async () => {
    await store.record(entity('enforced'), 0, HOLD);
    expect(await store.claimNotices(10_000, 60_000, 10)).toEqual([]);
    await store.record(entity('open'), 10_000, HOLD);
    expect(await store.claimNotices(10_999, 60_000, 10)).toEqual([]);
    const claims = (
      await Promise.all(
        [store, other].map(each => each.claimNotices(11_000, 60_000, 10)),
      )
    ).flat();
    expect(claims).toMatchObject([
      { entityRef: REF, from: 'enforced', to: 'open', reason: 'is open' },
    ]);
    await store.settleNotice(claims[0]);
    expect(await other.claimNotices(1_000_000, 60_000, 10)).toEqual([]);
  });

  it('says nothing of a state that went back in time', async () => {
    await store.record(entity('enforced'), 0, HOLD);
    await store.record(entity('drift', 'enforced'), 10_000, HOLD);
    await store.record(entity('enforced'), 10_500, HOLD);
    expect(await store.claimNotices(99_000, 60_000, 10)).toEqual([]);
  });

  it('tries a notice again that a replica did not bring to its end', async () => {
    await store.record(entity('enforced'), 0, HOLD);
    await store.record(entity('open'), 1, HOLD);
    expect(await store.claimNotices(5000, 1000, 10)).toHaveLength(1);
    expect(await other.claimNotices(5500, 1000, 10)).toEqual([]);
    expect(await other.claimNotices(6000, 1000, 10)).toHaveLength(1);
  });

  it('keeps a change due that came while the owner was told', async () => {
    await store.record(entity('enforced'), 0, HOLD);
    await store.record(entity('partial'), 1, HOLD);
    const [notice] = await store.claimNotices(5000, 1000, 10);
    await store.record(entity('open'), 5001, HOLD);
    await store.settleNotice(notice);
    expect(await store.claimNotices(7000, 1000, 10)).toMatchObject([
      { from: 'partial', to: 'open' },
    ]);
  });

  it('compares what follows unknown with what was known before', async () => {
    await store.record(entity('enforced'), 0, HOLD);
    await store.record(entity('unknown'), 1, HOLD);
    const [notice] = await store.claimNotices(5000, 1000, 10);
    await store.settleNotice(notice);
    expect(await store.claimNotices(9000, 1000, 10)).toEqual([]);
    await store.record(entity('enforced'), 9001, HOLD);
    expect(await store.claimNotices(99_000, 1000, 10)).toEqual([]);
  });

  it('forgets what is past retention, and knows the present state still', async () => {
    await store.record(entity('enforced'), 1, HOLD);
    await store.record(entity('open'), 1000, HOLD);
    expect(await store.deleteBefore(500)).toBe(1);
    expect((await store.list(REF, { limit: 10 })).items).toHaveLength(1);
    expect(await store.record(entity('open'), 2000, HOLD)).toEqual([]);
  });
});
