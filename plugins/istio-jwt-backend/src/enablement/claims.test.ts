import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  AdoptableObject,
  EnablementPlanRequest,
} from 'backstage-plugin-istio-jwt-common';
import {
  demoEntity,
  EnablementHarness,
  Replica,
  ReplicaOptions,
} from '../__testUtils__/EnablementHarness';

const MALLORY = 'user:default/mallory';
const SERVICE = { cluster: 'sandbox', namespace: 'payments', name: 'payments' };
/** An entity of Mallory's, with annotations that mean the Service of another team. */
const evil = demoEntity('evil', 'payments');
const payments = demoEntity('payments');

describe('a Service that several entities claim', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let harness: EnablementHarness;
  let replica: Replica;
  /** What Mallory may not, as `permission entityRef`. */
  let denied: Set<string>;
  const permissions = mockServices.permissions.mock({
    authorize: async requests =>
      requests.map(request => ({
        result: denied.has(
          `${request.permission.name} ${
            (request as { resourceRef?: string }).resourceRef
          }`,
        )
          ? AuthorizeResult.DENY
          : AuthorizeResult.ALLOW,
      })),
  });

  beforeAll(async () => {
    harness = await EnablementHarness.start(await databases.init('SQLITE_3'));
  });

  beforeEach(async () => {
    await harness.reset();
    denied = new Set();
  });
  afterEach(() => harness.settle());
  afterAll(() => harness.stop());

  const start = (options: ReplicaOptions = {}) =>
    harness.startReplica({ entities: [evil], permissions, ...options });

  const deny = (name: 'create' | 'approve', entityRef: string) =>
    denied.add(`istio-jwt.enablement.${name} ${entityRef}`);

  const plan = (request: EnablementPlanRequest, entity = evil) =>
    replica.service.plan(entity, request, harness.caller(MALLORY));

  async function adopt(): Promise<EnablementPlanRequest> {
    const { services } = await replica.service.getOptions(evil, {
      create: true,
      approve: false,
    });
    const { authors, disabledReason, ...object } = services[0].adoptable!.find(
      ({ name }: AdoptableObject) => name === 'payments-require-jwt',
    )!;
    return { intent: 'adopt', service: SERVICE, objects: [object] };
  }

  it('is nobody’s to adopt, change or disable who may not on all of them', async () => {
    replica = await start();
    const request = await adopt();
    const allowed = await plan(request);
    expect(allowed.kind).toBe('planned');

    deny('create', 'component:default/payments');
    const refused = await plan(request);
    expect(refused).toMatchObject({
      kind: 'refused',
      service: SERVICE,
      reason: expect.stringContaining('Another entity of the catalog claims'),
      alternatives: [
        expect.stringContaining('whose Service it is'),
        expect.stringContaining('istioJwt.ownership'),
      ],
    });
    expect(JSON.stringify(refused)).not.toMatch(
      /payments-team|component:default\/payments/,
    );
    // That it was allowed when it was planned is none to begin.
    const { planId } = allowed as { planId: string };
    for (const begin of [
      () => replica.service.start(evil, planId, harness.caller(MALLORY)),
      () => replica.service.readPlan(evil, planId, harness.caller(MALLORY)),
      () =>
        replica.service.propose(
          evil,
          planId,
          harness.caller(MALLORY),
          undefined,
        ),
    ]) {
      await expect(begin()).rejects.toThrow(/claims this Service too/);
    }
    // The other entity counts for its owners, too, until people agree.
    denied.clear();
    deny('create', 'component:default/evil');
    expect(await plan(request, payments)).toMatchObject({ kind: 'refused' });
  });

  it('is not disabled by who adopted it before, nor approved by who may not approve for all', async () => {
    replica = await start({ enablement: { approval: { otherHosts: 0 } } });
    const made = await plan(await adopt());
    if (made.kind !== 'planned') throw new Error(made.reason);
    expect(made.approval.required).toBe(true);
    await replica.service.start(evil, made.planId, harness.caller(MALLORY));

    const boss = harness.caller('user:default/boss');
    deny('approve', 'component:default/payments');
    await expect(
      replica.service.approve(evil, made.planId, boss),
    ).rejects.toThrow(/claims this Service too/);
    denied.clear();
    await replica.service.approve(evil, made.planId, boss);
    await harness.waitFor(replica, 'evil', made.planId);
    await harness.seeOperation(replica, made.planId);

    deny('create', 'component:default/payments');
    for (const intent of ['disable', 'release'] as const) {
      expect(await plan({ intent, enablementId: made.planId })).toMatchObject({
        kind: 'refused',
        reason: expect.stringContaining('claims this Service too'),
      });
    }
  });

  it('belongs to whom the platform team named, whatever others annotate', async () => {
    replica = await start({
      ownership: [
        { namespaces: ['payments'], owners: ['group:default/payments-team'] },
      ],
    });
    deny('create', 'component:default/evil');
    const may = { create: true, approve: false };
    expect((await replica.service.getOptions(evil, may)).services).toEqual([]);
    expect(
      await plan({ intent: 'adopt', service: SERVICE, objects: [] }),
    ).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('istioJwt.ownership'),
    });
    // What Mallory annotates keeps nobody from what is theirs.
    const options = await replica.service.getOptions(payments, may);
    expect(options.services).toHaveLength(1);
    expect(
      await harness.plan(replica, 'payments', { exemptPaths: ['/healthz'] }),
    ).not.toMatchObject({ reason: expect.stringContaining('claims') });
  });
});
