import { TestDatabases } from '@backstage/backend-test-utils';
import {
  AdoptableObject,
  EnablementPlanRequest,
  NamedObject,
} from 'backstage-plugin-istio-jwt-common';
import {
  demoEntity,
  EnablementHarness,
  Replica,
} from '../__testUtils__/EnablementHarness';
import { eventually } from '../testing/FakeApiServer';

const payments = demoEntity('payments');
const SERVICE = { cluster: 'sandbox', namespace: 'payments', name: 'payments' };
const EDGE: [string, string, string] = [
  'AuthorizationPolicy',
  'edge',
  'payments-require-jwt',
];
const HOST = 'payments.example.com';

describe('policies that a person wrote', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let harness: EnablementHarness;
  let replica: Replica;
  let before: string[];

  beforeAll(async () => {
    harness = await EnablementHarness.start(await databases.init('SQLITE_3'));
  });

  beforeEach(async () => {
    await harness.reset();
    before = await harness.readPolicies();
    replica = await harness.startReplica();
  });
  afterEach(() => harness.settle());
  afterAll(() => harness.stop());

  const readService = async () =>
    (
      await replica.service.getOptions(payments, {
        create: true,
        approve: true,
      })
    ).services[0];

  const name = ({ authors, disabledReason, ...object }: AdoptableObject) =>
    object;

  async function findEdge(): Promise<AdoptableObject> {
    const { adoptable = [] } = await readService();
    return adoptable.find(
      object => object.kind === EDGE[0] && object.namespace === 'edge',
    )!;
  }

  const plan = (request: EnablementPlanRequest) =>
    replica.service.plan(payments, request, harness.caller());

  const planAdoption = (objects: NamedObject[]) =>
    plan({ intent: 'adopt', service: SERVICE, objects });

  async function carryOut(request: EnablementPlanRequest) {
    const made = await plan(request);
    if (made.kind !== 'planned') throw new Error(made.reason);
    await replica.service.start(payments, made.planId, harness.caller());
    const done = await harness.waitFor(replica, 'payments', made.planId);
    expect([done.phase, done.outcome]).toEqual(['done', undefined]);
    await harness.seeOperation(replica, made.planId);
    return made;
  }

  const adopt = async () =>
    carryOut({
      intent: 'adopt',
      service: SERVICE,
      objects: [name(await findEdge())],
    });

  it('are adopted by their name and version, changed in nothing, and given back byte for byte', async () => {
    const edge = await findEdge();
    expect(edge).toMatchObject({ name: 'payments-require-jwt' });
    expect(await planAdoption([{ ...name(edge), uid: 'x' }])).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('changed since'),
    });
    const made = await adopt();
    expect(made.effects.filter(({ isTarget }) => isTarget)).not.toHaveLength(0);
    expect(made.permissions).toEqual(['istio-jwt.enablement.create']);
    const specs = (texts: string[]) =>
      texts
        .map(text => JSON.parse(text).spec)
        .map(spec => JSON.stringify(spec));
    const after = await harness.readPolicies();
    expect(specs(after)).toEqual(specs(before));
    expect(
      after.filter(text => text.includes('istio-jwt/adopted')),
    ).toHaveLength(1);
    const { inForce } = await readService();
    expect(inForce).toMatchObject({ enablementId: made.planId, adopted: true });

    await carryOut({ intent: 'release', enablementId: made.planId });
    expect(await harness.readPolicies()).toEqual(before);
    expect(await harness.ask(HOST)).toBe(403);
    const { drift, inForce: none } = await readService();
    expect([drift, none]).toEqual([undefined, undefined]);
  });

  it('can be changed afterwards, though somebody else owns their fields, and deleted', async () => {
    // The sidecar asks for an audience of its own.
    for (const kind of ['RequestAuthentication', 'AuthorizationPolicy']) {
      const own = kind === 'AuthorizationPolicy' ? 'require-jwt' : 'jwt';
      await harness.edit('DELETE', [kind, 'payments', `payments-${own}`]);
    }
    const mirror = replica.registry.get('sandbox')!;
    await eventually(() =>
      expect(
        mirror.mesh
          .list('AuthorizationPolicy')
          .map(({ metadata }) => metadata.namespace),
      ).not.toContain('payments'),
    );
    const adopted = await adopt();
    const request = {
      enablementId: adopted.planId,
      issuer: 'login',
      exemptPaths: ['/status'],
      preflights: 'let-through' as const,
    };
    const changed = await carryOut({ intent: 'change', ...request });
    expect(changed.changes.map(({ ref }) => ref.name)).toContain(
      'payments-require-jwt',
    );
    expect(await harness.ask(HOST)).toBe(403);
    const off = await plan({ intent: 'disable', enablementId: changed.planId });
    expect(off.kind === 'planned' && off.warnings.join()).toContain(
      'a person wrote',
    );
    await carryOut({ intent: 'disable', enablementId: changed.planId });
    expect(
      (await harness.readPolicies()).filter(text =>
        text.includes('"name":"payments-require-jwt","namespace":"edge"'),
      ),
    ).toEqual([]);
  });

  it.each([
    [
      'Argo CD',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'a:b' } },
      'Argo CD',
    ],
    [
      'Flux',
      { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } },
      'Flux',
    ],
    [
      'Helm',
      { annotations: { 'meta.helm.sh/release-name': 'payments' } },
      'Helm release payments',
    ],
  ])('are not adopted where %s keeps them', async (_, metadata, reason) => {
    await harness.edit('PATCH', EDGE, { metadata });
    let edge!: AdoptableObject;
    await eventually(async () => {
      edge = await findEdge();
      expect(edge.disabledReason).toContain(reason);
    });
    expect(await planAdoption([name(edge)])).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(reason),
    });
    expect((await harness.readPolicies()).join()).not.toContain(
      'backstage-istio-jwt',
    );
  });

  it('are not adopted where they decide for others too', async () => {
    const { adoptable = [] } = await readService();
    const shared = adoptable.find(object => object.name === 'edge-jwt')!;
    expect(await planAdoption([name(shared)])).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('also decides for'),
    });
  });
});
