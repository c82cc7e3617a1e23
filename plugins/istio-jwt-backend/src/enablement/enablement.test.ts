import { TestDatabases } from '@backstage/backend-test-utils';
import { ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { DEMO_ISSUERS } from 'istio-jwt-sandbox';
import { Knex } from 'knex';
import {
  demoEntity,
  EnablementHarness,
  Replica,
} from '../__testUtils__/EnablementHarness';
import { DatabaseProbeRunStore } from '../storage';
import { eventually } from '../testing/FakeApiServer';

const REVIEWS = 'component:default/reviews';

const [{ issuer: ISSUER }] = DEMO_ISSUERS;

describe('enablement on the sandbox', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let knex: Knex;
  let harness: EnablementHarness;
  let replica: Replica;

  beforeEach(async () => {
    knex = await databases.init('SQLITE_3');
    harness = await EnablementHarness.start(knex);
    replica = await harness.startReplica();
  });

  afterEach(async () => {
    await harness.stop();
  });

  it('makes one host of a shared gateway require a token, and takes it back byte for byte', async () => {
    const before = await harness.readPolicies();
    expect(await harness.ask('reviews.example.com')).toBe(200);
    const plan = await harness.plan(replica, 'reviews');
    expect(plan).toMatchObject({
      kind: 'planned',
      pattern: 'host-deny',
      writing: { mode: 'direct' },
      approval: { required: false },
      affected: { others: 0, hosts: 3 },
    });
    expect(await harness.readPolicies()).toEqual(before);

    const id = await harness.begin(replica, 'reviews');
    const done = await harness.waitFor(replica, 'reviews', id);
    expect([done.phase, done.outcome]).toEqual(['done', undefined]);
    expect(done.steps.map(({ id: step, status }) => [step, status])).toEqual(
      [
        'dry-run',
        'baseline',
        'request-authentication',
        'tokens-checked',
        'shadow',
        'shadow-watched',
        'shadow-counted',
        'keys',
        'enforce',
        'enforced',
        'verify',
        'settle',
      ].map(step => [step, 'done']),
    );
    const phases = harness.progress
      .filter(operation => operation.id === id)
      .map(({ phase }) => phase);
    expect(phases.filter((each, i) => each !== phases[i - 1])).toEqual([
      'planned',
      'validating',
      'shadowing',
      'enforcing',
      'verifying',
      'done',
    ]);
    const token = await harness.sandbox.mintToken({
      issuer: ISSUER,
      sub: 'someone',
    });
    const bearer = { authorization: `Bearer ${token}` };
    expect(await harness.ask('reviews.example.com')).toBe(403);
    expect(await harness.ask('reviews.example.com', bearer)).not.toBe(403);
    expect(await harness.ask('payments.example.com')).toBe(403);
    const evidence = done.steps.flatMap(step => step.evidence);
    expect(
      done.steps.find(step => step.id === 'shadow-counted')?.evidence,
    ).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/^Not counted: .*portForward is off/),
      }),
    ]);
    const of = (whose: string) =>
      evidence.filter(item => item.kind === 'probe' && item.of === whose);
    expect(of('target').length).toBeGreaterThan(5);
    expect(of('neighbour').length).toBeGreaterThan(5);
    expect(JSON.stringify(done)).not.toMatch(/eyJ[\w-]+\.eyJ/);

    const off = await harness.disable(replica, 'reviews', id);
    expect(off.changes.map(({ action, ref }) => [action, ref.kind])).toEqual([
      ['delete', 'AuthorizationPolicy'],
      ['delete', 'RequestAuthentication'],
    ]);
    const { operation } = await replica.service.start(
      demoEntity('reviews'),
      off.planId,
      harness.caller(),
    );
    const disabled = await harness.waitFor(replica, 'reviews', operation.id);
    expect([disabled.phase, disabled.outcome]).toEqual(['done', undefined]);
    expect(await harness.readPolicies()).toEqual(before);
    expect(await harness.ask('reviews.example.com')).toBe(200);
  });

  it('is followed by probes of the portal’s own, of what stands then', async () => {
    await replica.stop();
    const runs = await DatabaseProbeRunStore.create({
      database: { getClient: async () => knex, migrations: { skip: true } },
    });
    const probing = await harness.startReplica({ runner: runs });
    const seeRun = async (count: number) => {
      let found: ProbeRun | undefined;
      await eventually(async () => {
        const { items } = await runs.listRuns(REVIEWS, { limit: 10 });
        expect(items.map(({ status }) => status)).toEqual(
          Array(count).fill('done'),
        );
        found = (await runs.getLastRuns(REVIEWS)).lastDone;
      });
      return found!;
    };
    const id = await harness.begin(probing, 'reviews');
    const { waysIn } = await harness.waitFor(probing, 'reviews', id);
    const run = await seeRun(1);
    expect(run.startedBy).toBe('user:default/alice');
    expect(
      run.observations.filter(({ result }) => result === 'disagrees'),
    ).toEqual([]);
    expect(
      run.observations.find(
        ({ vector, wayInId }) =>
          vector === 'no-token' && wayInId === waysIn[0].id,
      ),
    ).toMatchObject({ result: 'agrees' });

    await harness.seeOperation(probing, id);
    const off = await harness.disable(probing, 'reviews', id);
    const { operation } = await probing.service.start(
      demoEntity('reviews'),
      off.planId,
      harness.caller(),
    );
    await harness.waitFor(probing, 'reviews', operation.id);
    const after = await seeRun(2);
    expect(
      after.observations.filter(({ result }) => result === 'disagrees'),
    ).toEqual([]);
  });
});
