import { TestDatabases } from '@backstage/backend-test-utils';
import { randomUUID } from 'node:crypto';
import {
  demoEntity,
  EnablementHarness,
  Replica,
  ReplicaOptions,
} from '../__testUtils__/EnablementHarness';
import { eventually } from '../testing/FakeApiServer';
import { Operation } from './operation';

describe('who may have what written', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let harness: EnablementHarness;
  const reviews = demoEntity('reviews');
  const bob = 'user:default/bob';

  beforeAll(async () => {
    harness = await EnablementHarness.start(await databases.init('SQLITE_3'));
  });

  beforeEach(() => harness.reset());
  afterEach(() => harness.settle());
  afterAll(() => harness.stop());

  /** A replica that begins operations and lets them stand. */
  const startIdle = (options: ReplicaOptions = {}) =>
    harness.startReplica({ drives: false, ...options });

  async function planned(replica: Replica, name = 'reviews') {
    const plan = await harness.plan(replica, name);
    if (plan.kind !== 'planned') throw new Error(plan.reason);
    return plan;
  }

  /** Deletes a policy of the gateway, and waits until the replica knows it. */
  async function deletePolicy({ registry }: Replica, name: string) {
    const [kind, namespace] = ['AuthorizationPolicy', 'edge'];
    await harness.edit('DELETE', [kind, namespace, name]);
    const { mesh } = registry.get('sandbox')!;
    await eventually(() =>
      expect(mesh.get({ kind, namespace, name })).toBeUndefined(),
    );
  }

  it('takes no plan that is unknown, of somebody else, of another entity, or over', async () => {
    const replica = await startIdle();
    const { planId } = await planned(replica);
    const start = (id: string, entity = reviews, caller?: string) =>
      replica.service.start(entity, id, harness.caller(caller));
    for (const attempt of [
      start(randomUUID()),
      start(planId, reviews, bob),
      start(planId, demoEntity('payments')),
    ]) {
      await expect(attempt).rejects.toThrow(/no such plan of yours/);
    }
    const hasty = await startIdle({
      enablement: { deadlines: { plan: '1ms' } },
    });
    const over = await planned(hasty);
    await expect(start(over.planId)).rejects.toThrow(/its time is over/);

    expect((await start(planId)).operation.phase).toBe('planned');
    await expect(start(planId)).rejects.toThrow();
  });

  it('takes no plan that the configuration has left behind', async () => {
    const replica = await startIdle();
    const { planId } = await planned(replica);
    // A neighbour would now be answered otherwise than the plan was made for.
    await deletePolicy(replica, 'payments-require-jwt');
    await expect(
      replica.service.start(reviews, planId, harness.caller()),
    ).rejects.toThrow(/changed since/);
    const again = await planned(replica);
    expect(
      (await replica.service.start(reviews, again.planId, harness.caller()))
        .operation.phase,
    ).toBe('planned');
  });

  it('lets one operation at a time at an entity and at a gateway', async () => {
    const replica = await startIdle();
    const [first, second] = [await planned(replica), await planned(replica)];
    const start = (entity: string, planId: string) =>
      replica.service.start(demoEntity(entity), planId, harness.caller());
    const { operation } = await start('reviews', first.planId);
    await expect(start('reviews', second.planId)).rejects.toThrow(
      new RegExp(`entity is not over: ${operation.id}`),
    );
    await deletePolicy(replica, 'inventory-require-jwt');
    const neighbour = await harness.plan(replica, 'inventory', {
      issuer: 'login',
      exemptPaths: ['/healthz'],
    });
    expect(neighbour.kind).toBe('planned');
    await expect(
      start('inventory', (neighbour as typeof first).planId),
    ).rejects.toThrow(/same gateway/);
  });

  it('waits for somebody else’s approval where others stand on the same proxy', async () => {
    const replica = await harness.startReplica({
      enablement: { approval: { otherHosts: 0 } },
    });
    const plan = await planned(replica);
    expect(plan.approval).toMatchObject({
      required: true,
      permission: 'istio-jwt.enablement.approve',
      reason: expect.stringContaining('3 other hosts'),
    });
    expect(plan.affected.services.map(({ owners }) => owners)).toEqual([
      ['group:default/inventory-team'],
      ['group:default/payments-team'],
      ['group:default/recommendations-team'],
    ]);
    const { operation } = await replica.service.start(
      reviews,
      plan.planId,
      harness.caller(),
    );
    expect(operation.phase).toBe('awaiting-approval');
    const approve = (name?: string) =>
      replica.service.approve(reviews, operation.id, harness.caller(name));
    await expect(approve()).rejects.toThrow(/Somebody else/);
    expect((await approve(bob)).operation.approvedBy).toBe(bob);
    const done = await harness.waitFor(replica, 'reviews', operation.id);
    expect([done.phase, done.approvedBy]).toEqual(['done', bob]);
    await expect(approve(bob)).rejects.toThrow(/does not wait/);

    const off = await harness.disable(replica, 'reviews', operation.id);
    const waiting = await replica.service.start(
      reviews,
      off.planId,
      harness.caller(),
    );
    expect(waiting.operation.phase).toBe('awaiting-approval');
    const withdrawn = await replica.service.cancel(
      reviews,
      waiting.operation.id,
      harness.caller(),
    );
    expect(withdrawn.operation).toMatchObject({
      phase: 'rolled-back',
      outcome: expect.stringContaining('Nothing had been written'),
    });
    await expect(
      replica.service.cancel(reviews, operation.id, harness.caller()),
    ).rejects.toThrow(/over already/);
  });

  it('tells approvers what waits, shows it to them, and whoever asked what came of it', async () => {
    const replica = await startIdle({
      enablement: {
        approval: { otherHosts: 0, notify: ['group:default/platform'] },
      },
    });
    harness.notices.length = 0;
    const plan = await planned(replica);
    const id = await harness.begin(replica, 'reviews');
    const link = `/catalog/default/component/reviews/istio-jwt?jwt=operation&operation=${id}`;
    expect(harness.notices).toEqual([
      {
        recipients: {
          type: 'entity',
          entityRef: ['group:default/platform'],
          excludeEntityRef: 'user:default/alice',
        },
        payload: expect.objectContaining({
          title: 'reviews: an approval is asked for',
          description: expect.stringContaining('3 other hosts'),
          link,
        }),
      },
    ]);
    const shown = await replica.service.readWaitingPlan(
      reviews,
      id,
      harness.caller(bob),
    );
    expect(shown).toMatchObject({
      planId: id,
      effects: plan.effects,
      warnings: plan.warnings,
      affected: plan.affected,
    });
    const decline = (name?: string, reason?: string) =>
      replica.service.decline(reviews, id, harness.caller(name), reason);
    await expect(decline()).rejects.toThrow(/withdraw it instead/);
    await expect(
      decline(bob, `no: ${'eyJhbGciOiJub25lIn0'}.${'eyJzdWIiOiJ4In0'}.`),
    ).rejects.toThrow(/looks like it holds a token/);
    const { operation } = await decline(bob, 'After the sale');
    expect([operation.phase, operation.outcome]).toEqual([
      'declined',
      `${bob} declined it: After the sale. Nothing had been written.`,
    ]);
    expect(harness.notices.slice(1)).toEqual([
      {
        recipients: { type: 'entity', entityRef: ['user:default/alice'] },
        payload: expect.objectContaining({
          title: 'reviews: what you asked for is declined',
          description: operation.outcome,
          link,
        }),
      },
    ]);
    await expect(decline(bob)).rejects.toThrow(/does not wait/);
    await expect(
      replica.service.readWaitingPlan(reviews, id, harness.caller(bob)),
    ).rejects.toThrow(/does not wait/);
    // Nothing is reserved any more.
    expect(await harness.begin(replica, 'reviews')).not.toBe(id);
  });

  it('shows approvers no plan that does not hold any longer', async () => {
    const replica = await startIdle({
      enablement: { approval: { otherHosts: 0 } },
    });
    const id = await harness.begin(replica, 'reviews');
    await harness.edit('DELETE', [
      'AuthorizationPolicy',
      'edge',
      'payments-require-jwt',
    ]);
    await eventually(() =>
      expect(
        replica.service.readWaitingPlan(reviews, id, harness.caller(bob)),
      ).rejects.toThrow(/changed since/),
    );
  });

  it('forgets what nobody approves in time', async () => {
    const replica = await startIdle({
      enablement: {
        approval: { otherHosts: 0 },
        deadlines: { approval: '1ms' },
      },
    });
    const id = await harness.begin(replica, 'reviews');
    await new Promise(resolve => {
      setTimeout(resolve, 20);
    });
    await replica.service.cleanUp(60_000);
    const { operation } = await replica.service.get(reviews, id);
    expect([operation.phase, operation.outcome]).toEqual([
      'rolled-back',
      expect.stringContaining('Nobody approved it'),
    ]);
  });

  it.each([
    ['in the middle', ({ phase }: Operation) => phase === 'enforcing'],
    [
      'at the last moment',
      ({ steps }: Operation) =>
        steps.at(-1)?.id === 'settle' && steps.at(-1)?.status === 'done',
    ],
  ])('cancels %s, and everything is as before', async (_, isTime) => {
    const before = await harness.readPolicies();
    const replica = await harness.startReplica();
    let cancelled: Promise<unknown> | undefined;
    harness.onProgress = operation => {
      if (isTime(operation)) {
        cancelled ??= replica.service.cancel(
          reviews,
          operation.id,
          harness.caller(),
        );
      }
    };
    const id = await harness.begin(replica, 'reviews');
    const operation = await harness.waitFor(replica, 'reviews', id);
    await cancelled;
    expect([operation.phase, operation.outcome]).toEqual([
      'rolled-back',
      'It was cancelled. Everything was taken back.',
    ]);
    expect(await harness.readPolicies()).toEqual(before);
  });

  it('bounds what is begun', async () => {
    const replica = await startIdle({
      enablement: { quotas: { perEntityPerDay: 1, running: 50 } },
    });
    const id = await harness.begin(replica, 'reviews');
    await replica.service.cancel(reviews, id, harness.caller());
    await expect(harness.begin(replica, 'reviews')).rejects.toThrow(
      /1 operations of this entity began within a day/,
    );
  });

  it('writes nothing itself outside its namespaces, or where a repository keeps the place', async () => {
    const outside = await startIdle({ enablement: { namespaces: ['other'] } });
    const plan = await planned(outside);
    expect(plan.writing).toEqual({
      mode: 'copy',
      reason: expect.stringContaining('Namespace edge of sandbox'),
    });
    expect(plan.commands.join('\n')).toContain(
      'kubectl apply --server-side --field-manager=backstage-istio-jwt',
    );
    await expect(
      outside.service.start(reviews, plan.planId, harness.caller()),
    ).rejects.toThrow(/does not write this itself/);

    const copy = await startIdle({ enablement: { writeMode: 'copy' } });
    expect((await planned(copy)).writing.mode).toBe('copy');

    await fetch(
      `${harness.sandbox.apiUrl}/apis/networking.istio.io/v1/namespaces/edge/gateways/shared-gateway`,
      {
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({
          metadata: {
            annotations: { 'argocd.argoproj.io/tracking-id': 'edge:gw' },
          },
        }),
      },
    );
    const kept = await startIdle();
    expect((await planned(kept)).writing).toEqual({
      mode: 'copy',
      reason: expect.stringMatching(/^Argo CD \(by its mark on Gateway edge/),
    });
  });

  it('plans nothing for an issuer that the config does not name, and nothing at all where it is off', async () => {
    const replica = await startIdle();
    const plan = await harness.plan(replica, 'reviews', {
      issuer: 'https://evil.example/jwks.json',
    });
    expect(plan).toMatchObject({
      kind: 'refused',
      alternatives: expect.arrayContaining(['Choose login.']),
    });
    const off = await startIdle({ enablement: { enabled: false } });
    await expect(harness.plan(off, 'reviews')).rejects.toThrow(/switched off/);
  });

  it('shows what can be chosen, and what is in force', async () => {
    const replica = await harness.startReplica();
    const options = () =>
      replica.service.getOptions(reviews, { create: true, approve: false });
    const before = await options();
    expect(before).toMatchObject({
      enabled: true,
      canCreate: true,
      canApprove: false,
      issuers: [{ name: 'istio-testing' }, { name: 'login' }, {}],
      services: [{ sandbox: true, writing: { mode: 'direct' } }],
    });
    expect(JSON.stringify(before)).not.toContain('jwks');
    const ways = before.services[0].waysIn.map(({ kind, disabledReason }) => [
      kind,
      disabledReason !== undefined,
    ]);
    expect(ways).toEqual(
      expect.arrayContaining([
        ['gateway', false],
        ['in-mesh', true],
      ]),
    );
    const id = await harness.begin(replica, 'reviews');
    expect((await options()).running?.enablementId).toBe(id);
    await harness.waitFor(replica, 'reviews', id, ['done']);
    const after = await options();
    expect(after.running).toBeUndefined();
    expect(after.services[0].inForce).toMatchObject({
      enablementId: id,
      issuer: 'istio-testing',
    });
  });
});
