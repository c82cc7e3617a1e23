import { TestDatabases } from '@backstage/backend-test-utils';
import { DEMO_ISSUERS } from 'istio-jwt-sandbox';
import {
  demoEntity,
  EnablementHarness,
  Replica,
} from '../__testUtils__/EnablementHarness';
import { KillSwitch } from '../__testUtils__/KillSwitch';
import { eventually } from '../testing/FakeApiServer';

jest.setTimeout(240_000);

const OURS = 'istio-jwt-reviews-reviews-05b02982';
const HOST = 'reviews.example.com';
const [OLD, NEW] = ['istio-testing', 'partners'].map(
  wanted => DEMO_ISSUERS.find(({ name }) => name === wanted)!.issuer,
);

describe('a change of what stands', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let harness: EnablementHarness;

  beforeAll(async () => {
    harness = await EnablementHarness.start(await databases.init('SQLITE_3'));
  });

  beforeEach(() => harness.reset());
  afterEach(() => harness.settle());
  afterAll(() => harness.stop());

  async function enable(replica: Replica) {
    const id = await harness.begin(replica, 'reviews');
    await harness.waitFor(replica, 'reviews', id, ['done']);
    await harness.seeOperation(replica, id);
    return id;
  }

  const planChange = (replica: Replica, enablementId: string, more = {}) =>
    replica.service.plan(
      demoEntity('reviews'),
      {
        intent: 'change',
        enablementId,
        issuer: 'partners',
        exemptPaths: ['/healthz'],
        preflights: 'let-through',
        ...more,
      },
      harness.caller(),
    );

  async function begin(replica: Replica, enablementId: string, more = {}) {
    const plan = await planChange(replica, enablementId, more);
    if (plan.kind !== 'planned') throw new Error(plan.reason);
    await replica.service.start(
      demoEntity('reviews'),
      plan.planId,
      harness.caller(),
    );
    return plan;
  }

  async function bearer(issuer: string) {
    const token = await harness.sandbox.mintToken({ issuer, sub: 'someone' });
    return { authorization: `Bearer ${token}` };
  }

  const readOurs = async () =>
    (await harness.readPolicies()).filter(text => text.includes(OURS));

  it('goes to another issuer without ever being open, and without refusing a token that both take', async () => {
    const untouched = await harness.readPolicies();
    const replica = await harness.startReplica();
    const first = await enable(replica);
    const [old, fresh] = [await bearer(OLD), await bearer(NEW)];
    expect(await harness.ask(HOST, old)).not.toBe(403);
    const seen: [number, number, number][] = [];
    let ends = false;
    const watch = (async () => {
      while (!ends) {
        seen.push([
          await harness.ask(HOST),
          await harness.ask(HOST, old),
          await harness.ask(HOST, fresh),
        ]);
      }
    })();
    const plan = await begin(replica, first);
    expect(plan.changes.map(({ action, ref }) => [action, ref.kind])).toEqual([
      ['update', 'RequestAuthentication'],
      ['update', 'AuthorizationPolicy'],
    ]);
    expect(plan.changes[1].before).not.toContain('/healthz');
    expect(plan.changes[1].after).toContain('/healthz');
    expect(plan.warnings.join()).toContain(`Valid token of ${OLD}`);
    const done = await harness.waitFor(replica, 'reviews', plan.planId);
    expect([done.phase, done.outcome]).toEqual(['done', undefined]);
    ends = true;
    await watch;
    expect(done.steps.map(({ id }) => id)).toEqual([
      'dry-run',
      'baseline',
      'widen-request-authentication',
      'tokens-checked',
      'keys',
      'widen-policy',
      'widened',
      'narrow-policy',
      'enforced',
      'narrow-request-authentication',
      'verify',
      'settle',
    ]);
    expect(new Set(seen.map(([plain]) => plain))).toEqual(new Set([403]));
    const isRefused = (status: number) => status === 401 || status === 403;
    expect(
      seen.filter(([, one, other]) => isRefused(one) && isRefused(other)),
    ).toEqual([]);
    expect(
      seen.some(([, one, other]) => !isRefused(one) && !isRefused(other)),
    ).toBe(true);
    expect(isRefused(await harness.ask(HOST, old))).toBe(true);
    expect(isRefused(await harness.ask(HOST, fresh))).toBe(false);

    await harness.seeOperation(replica, plan.planId);
    const options = await replica.service.getOptions(demoEntity('reviews'), {
      create: true,
      approve: false,
    });
    expect(options.services[0].inForce).toMatchObject({
      enablementId: plan.planId,
      choices: { issuer: 'partners', exemptPaths: ['/healthz'] },
    });
    expect(
      await planChange(replica, plan.planId, { exemptPaths: ['/healthz'] }),
    ).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('nothing would change'),
    });
    const off = await harness.disable(replica, 'reviews', plan.planId);
    await replica.service.start(
      demoEntity('reviews'),
      off.planId,
      harness.caller(),
    );
    await harness.waitFor(replica, 'reviews', off.planId, ['done']);
    expect(await harness.readPolicies()).toEqual(untouched);
  });

  it('goes back byte for byte where a neighbour comes to be answered otherwise, or somebody cancels', async () => {
    for (const meddle of [
      async (replica: Replica, id: string) => {
        await replica.service.cancel(
          demoEntity('reviews'),
          id,
          harness.caller(),
        );
      },
      async () => {
        for (const namespace of ['edge', 'inventory']) {
          await harness.edit('DELETE', [
            'AuthorizationPolicy',
            namespace,
            'inventory-require-jwt',
          ]);
        }
      },
    ]) {
      const replica = await harness.startReplica();
      const first = await enable(replica);
      const ours = await readOurs();
      let acted: Promise<unknown> | undefined;
      harness.onProgress = operation => {
        const step = operation.steps.at(-1);
        if (step?.id === 'narrow-request-authentication') {
          acted ??= meddle(replica, operation.id);
        }
      };
      const { planId } = await begin(replica, first);
      const back = await harness.waitFor(replica, 'reviews', planId);
      await acted;
      expect(back.phase).toBe('rolled-back');
      expect(await readOurs()).toEqual(ours);
      await harness.settle();
      await harness.reset();
    }
  });

  it('is refused where somebody edited what stands, and for audiences that the config does not name', async () => {
    const replica = await harness.startReplica({
      enablement: {
        issuers: DEMO_ISSUERS.map(({ name, issuer, jwksUri }) => ({
          name,
          issuer,
          jwksUri,
          ...(name === 'partners' ? { audiences: ['a', 'b'] } : {}),
        })),
      },
    });
    const first = await enable(replica);
    expect(
      await planChange(replica, first, { audiences: ['c'] }),
    ).toMatchObject({ kind: 'refused', alternatives: ['Choose among a, b.'] });
    const narrow = await planChange(replica, first, { audiences: ['b'] });
    expect(narrow.kind === 'planned' && narrow.changes[0].after).toContain(
      '- b',
    );
    await harness.edit('PATCH', ['AuthorizationPolicy', 'edge', OURS], {
      spec: { rules: [] },
    });
    await eventually(async () => {
      expect(await planChange(replica, first)).toMatchObject({
        kind: 'refused',
        reason: expect.stringContaining('Somebody changed'),
      });
    });
  });

  it('is brought to its end, or back, from wherever its backend was killed', async () => {
    const killAt = async (kill: KillSwitch, cancel: boolean) => {
      await harness.settle();
      await harness.reset();
      const first = await harness.startReplica({ leaseMs: 300 });
      const id = await enable(first);
      const ours = await readOurs();
      await first.stop();
      const dying = await harness.startReplica({ ...kill, leaseMs: 300 });
      const { planId } = await begin(dying, id);
      await eventually(async () => {
        if (kill.isDead) return;
        const { operation } = await dying.service.get(
          demoEntity('reviews'),
          planId,
        );
        expect(operation.phase).toBe('done');
      });
      await dying.stop();
      if (cancel) {
        await harness
          .database('istio_jwt_enablements')
          .where({ id: planId })
          .whereNot({ phase: 'done' })
          .update({ cancel_requested: true });
      }
      const second = await harness.startReplica({ leaseMs: 300 });
      const { phase } = await harness.waitFor(second, 'reviews', planId);
      await second.stop();
      return { phase, ours, now: await readOurs() };
    };
    const whole = new KillSwitch();
    const { now: wanted } = await killAt(whole, false);
    const writes = whole.calls.flatMap((call, index) =>
      call === 'apply' ? [index] : [],
    );
    // Each object is tried whole and between, and written twice.
    expect(writes).toHaveLength(8);
    const neutral = (texts: string[]) =>
      texts.map(text => text.replace(/"istio-jwt\/operation":"[^"]*"/, ''));
    const [, , , , trusted, accepted, narrowed, last] = writes;
    for (const index of [accepted, narrowed]) {
      const forward = await killAt(new KillSwitch(index, 'after'), false);
      expect([index, forward.phase]).toEqual([index, 'done']);
      expect(neutral(forward.now)).toEqual(neutral(wanted));
    }
    for (const index of [trusted, narrowed, last]) {
      const back = await killAt(new KillSwitch(index, 'after'), true);
      expect([index, back.phase]).toEqual([index, 'rolled-back']);
      expect(back.now).toEqual(back.ours);
    }
  });
});
