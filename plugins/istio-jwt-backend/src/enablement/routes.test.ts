import { TestDatabases } from '@backstage/backend-test-utils';
import { DEMO_ISSUERS } from 'istio-jwt-sandbox';
import {
  demoEntity,
  EnablementHarness,
  Replica,
} from '../__testUtils__/EnablementHarness';

const { issuer: ISSUER } = DEMO_ISSUERS.find(({ name }) => name === 'login')!;
const HOST = 'frontend.new.example.com';
const ENTITY = 'frontend';

describe('a route that is created', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let harness: EnablementHarness;
  let replica: Replica;

  beforeAll(async () => {
    harness = await EnablementHarness.start(await databases.init('SQLITE_3'));
  });
  beforeEach(() => harness.reset());
  afterEach(() => harness.settle());
  afterAll(() => harness.stop());

  async function planRoute(host = HOST) {
    const { services } = await replica.service.getOptions(demoEntity(ENTITY), {
      create: true,
      approve: true,
    });
    const gateway = services[0].gateways.find(
      ({ by, namespace }) => by === 'istio' && namespace === 'edge',
    );
    return harness.plan(replica, ENTITY, {
      waysIn: [],
      issuer: 'login',
      route: { host, gateway: gateway?.id ?? 'none', port: 80 },
    });
  }

  async function begin(): Promise<string> {
    const plan = await planRoute();
    if (plan.kind !== 'planned') throw new Error(plan.reason);
    const { operation } = await replica.service.start(
      demoEntity(ENTITY),
      plan.planId,
      harness.caller(),
    );
    return operation.id;
  }

  it('opens a host that is closed from its first moment, and goes first when it is disabled', async () => {
    replica = await harness.startReplica();
    const before = await harness.readObjects();
    expect(await harness.ask(HOST)).toBe(404);
    const plan = await planRoute();
    expect(plan).toMatchObject({ kind: 'planned', pattern: 'host-deny' });
    const watched = harness.watch(HOST);
    const id = await begin();
    const done = await harness.waitFor(replica, ENTITY, id);
    expect([done.phase, done.outcome]).toEqual(['done', undefined]);
    expect(done.changes.map(({ step }) => step)).toEqual([
      'authorization-policy',
      'route',
    ]);
    const steps = done.steps.map(step => step.id);
    expect(steps.indexOf('enforced')).toBeLessThan(steps.indexOf('route'));
    const token = await harness.sandbox.mintToken({
      issuer: ISSUER,
      sub: 'someone',
    });
    const bearer = { authorization: `Bearer ${token}` };
    expect(await harness.ask(HOST)).toBe(403);
    expect(await harness.ask(HOST, bearer)).toBe(200);
    expect(await harness.ask(`deep.${HOST}`)).toBe(404);

    const off = await harness.disable(replica, ENTITY, id);
    expect(off.changes.map(({ action, ref }) => [action, ref.kind])).toEqual([
      ['delete', 'VirtualService'],
      ['delete', 'AuthorizationPolicy'],
    ]);
    expect(off.effects[0]).toMatchObject({
      before: 'enforced',
      after: 'absent',
    });
    expect(off.commands[0]).toMatch(
      /^kubectl delete virtualservice\.networking\.istio\.io -n default/,
    );
    const { operation } = await replica.service.start(
      demoEntity(ENTITY),
      off.planId,
      harness.caller(),
    );
    const disabled = await harness.waitFor(replica, ENTITY, operation.id);
    expect([disabled.phase, disabled.outcome]).toEqual(['done', undefined]);
    expect(await harness.readObjects()).toEqual(before);
    expect(await harness.ask(HOST)).toBe(404);
    const seen = await watched();
    expect(new Set(seen)).toEqual(new Set([404, 403]));
    expect(seen.length).toBeGreaterThan(20);
  });

  it('takes the route back before what closes it', async () => {
    replica = await harness.startReplica({
      wrapWriter: writer => ({
        id: 'refuses-nothing',
        writesTo: cluster => writer.writesTo(cluster),
        read: call => writer.read(call),
        remove: call => writer.remove(call),
        apply: async call => {
          const answer = await writer.apply(call);
          if (call.object.kind === 'VirtualService' && !call.dryRun) {
            await replica.service.cancel(
              demoEntity(ENTITY),
              call.object.metadata.annotations!['istio-jwt/operation'],
              harness.caller(),
            );
          }
          return answer;
        },
      }),
    });
    const before = await harness.readObjects();
    const watched = harness.watch(HOST);
    const done = await harness.waitFor(replica, ENTITY, await begin());
    expect([done.phase, done.outcome]).toEqual([
      'rolled-back',
      'It was cancelled. Everything was taken back.',
    ]);
    const evidence = done.steps.find(({ id }) => id === 'roll-back')!.evidence;
    expect(
      evidence.flatMap(item =>
        item.kind === 'object' ? [`${item.action} ${item.ref.kind}`] : [],
      ),
    ).toEqual(['deleted VirtualService', 'deleted AuthorizationPolicy']);
    expect(await harness.readObjects()).toEqual(before);
    expect(new Set(await watched())).toEqual(new Set([404, 403]));
  });

  it('keeps what closes a host whose route somebody changed', async () => {
    replica = await harness.startReplica({
      wrapWriter: writer => ({
        id: 'edits-after',
        writesTo: cluster => writer.writesTo(cluster),
        read: call => writer.read(call),
        remove: call => writer.remove(call),
        apply: async call => {
          const answer = await writer.apply(call);
          if (call.object.kind === 'VirtualService' && !call.dryRun) {
            const { namespace, name } = call.object.metadata;
            await harness.edit('PATCH', ['VirtualService', namespace, name], {
              spec: { exportTo: ['*'] },
            });
          }
          return answer;
        },
      }),
    });
    const done = await harness.waitFor(replica, ENTITY, await begin());
    expect(done.phase).toBe('failed');
    expect(done.outcome).toMatch(
      /VirtualService .* changed by somebody else.*AuthorizationPolicy .* is left as it is/,
    );
    expect(await harness.ask(HOST)).toBe(403);
  });

  it('says which hosts the portal may open, and which are taken', async () => {
    replica = await harness.startReplica({ drives: false });
    expect(await planRoute('frontend.example.com')).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('but for *.new.example.com'),
    });
    const open = await harness.startReplica({
      drives: false,
      enablement: { hosts: [{ pattern: '*.example.com' }] },
    });
    replica = open;
    expect(await planRoute('payments.example.com')).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('served by this gateway already'),
    });
    replica = await harness.startReplica({
      drives: false,
      enablement: {
        hosts: [{ pattern: '*.new.example.com', gateways: ['other/gateway'] }],
      },
    });
    expect(await planRoute()).toMatchObject({ kind: 'refused' });
    replica = await harness.startReplica({
      drives: false,
      enablement: { namespaces: ['edge'] },
    });
    expect(await planRoute()).toMatchObject({
      writing: { mode: 'copy', reason: expect.stringContaining('default') },
    });
  });
});
