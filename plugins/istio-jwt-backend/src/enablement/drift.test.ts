import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { NotificationService } from '@backstage/plugin-notifications-node';
import {
  EnablementDrift,
  NamedObject,
} from 'backstage-plugin-istio-jwt-common';
import {
  demoEntity,
  EnablementHarness,
  Replica,
} from '../__testUtils__/EnablementHarness';
import {
  DatabaseDriftHistory,
  DatabaseStateHistoryStore,
  NoticeSender,
} from '../history';
import { eventually } from '../testing/FakeApiServer';
import { DriftKeeper } from './drift/DriftKeeper';
import { DatabaseEnablementStore } from './store/DatabaseEnablementStore';

const OURS = 'istio-jwt-reviews-reviews-05b02982';
const POLICY: [string, string, string] = ['AuthorizationPolicy', 'edge', OURS];
const HOST = 'reviews.example.com';
const reviews = demoEntity('reviews');
const EDIT = { spec: { rules: [{ to: [{ operation: { paths: ['/x'] } }] }] } };

describe('objects that are not as operations left them', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let harness: EnablementHarness;
  let replica: Replica;
  let id: string;
  let written: string[];

  beforeAll(async () => {
    harness = await EnablementHarness.start(await databases.init('SQLITE_3'));
  });

  beforeEach(async () => {
    await harness.reset();
    replica = await harness.startReplica();
    id = await harness.begin(replica, 'reviews');
    await harness.waitFor(replica, 'reviews', id, ['done']);
    await harness.seeOperation(replica, id);
    written = await harness.readPolicies();
  });
  afterEach(() => harness.settle());
  afterAll(() => harness.stop());

  const listDrift = async () =>
    (await replica.service.getOptions(reviews, { create: true, approve: true }))
      .services[0].drift ?? [];

  async function seeDrift(): Promise<EnablementDrift> {
    let drift!: EnablementDrift;
    await eventually(async () => {
      const [found] = await listDrift();
      expect(found?.objects.length).toBeGreaterThan(0);
      drift = found;
    });
    return drift;
  }

  const plan = (
    intent: 'restore' | 'accept',
    objects: NamedObject[],
    enablementId = id,
  ) =>
    replica.service.plan(
      reviews,
      { intent, enablementId, objects },
      harness.caller(),
    );

  async function carryOut(
    intent: 'restore' | 'accept',
    drift: EnablementDrift,
  ) {
    const made = await plan(
      intent,
      drift.objects.flatMap(({ object }) => object ?? []),
      drift.enablementId,
    );
    if (made.kind !== 'planned') throw new Error(made.reason);
    await replica.service.start(reviews, made.planId, harness.caller());
    const operation = await harness.waitFor(replica, 'reviews', made.planId);
    expect([operation.phase, operation.outcome]).toEqual(['done', undefined]);
    await harness.seeOperation(replica, made.planId);
    return made;
  }

  const neutral = (texts: string[]) =>
    texts.map(text => text.replace(/"istio-jwt\/operation":"[^"]*"/, ''));

  it('are shown with who edited what, and brought back with consent to exactly that', async () => {
    expect(await listDrift()).toEqual([]);
    await harness.edit('PATCH', POLICY, EDIT);
    const drift = await seeDrift();
    expect(drift).toMatchObject({
      enablementId: id,
      objects: [
        {
          kind: 'edited',
          ref: { kind: 'AuthorizationPolicy', name: OURS },
          authors: [{ manager: 'somebody', fields: ['spec.rules'] }],
          object: { uid: expect.any(String) },
        },
      ],
    });
    const [{ written: before, standing, authors, object }] = drift.objects;
    expect(before).toContain('notRequestPrincipals');
    expect(standing).toContain('/x');
    expect(Date.parse(authors[0].at!)).toBeGreaterThan(Date.now() - 60_000);

    expect(await plan('restore', [])).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('not among the objects that were named'),
    });
    expect(
      await plan('restore', [{ ...object!, resourceVersion: '1' }]),
    ).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('changed since'),
    });
    expect(await harness.ask(HOST)).toBe(200);
    const made = await carryOut('restore', drift);
    expect(made.warnings.join()).toContain('What somebody');
    expect(await harness.ask(HOST)).toBe(403);
    expect(neutral(await harness.readPolicies())).toEqual(neutral(written));
    await eventually(async () => expect(await listDrift()).toEqual([]));
  });

  it('are planned with what is answered on paths that somebody opened', async () => {
    const { spec } = await (await fetch(harness.url(...POLICY))).json();
    const [rule] = spec.rules;
    const [{ operation }] = rule.to;
    const opened = { ...operation, notPaths: ['/x', '/y/*'] };
    await harness.edit('PATCH', POLICY, {
      spec: { rules: [{ ...rule, to: [{ operation: opened }] }] },
    });
    const drift = await seeDrift();
    const objects = drift.objects.map(({ object }) => object!);
    const answers = async (intent: 'restore' | 'accept') => {
      const made = await plan(intent, objects);
      if (made.kind !== 'planned') throw new Error(made.reason);
      return made.effects
        .find(({ isTarget }) => isTarget)
        ?.answers.filter(({ kind }) => kind === 'exempt-path')
        .map(({ title, before, after }) => [title, before, after]);
    };
    const refused = '403 RBAC: access denied';
    expect(await answers('restore')).toEqual([
      ['No token, /x', '200', refused],
      ['No token, /y/*', '200', refused],
    ]);
    expect(await answers('accept')).toEqual([
      ['No token, /x', '200', '200'],
      ['No token, /y/*', '200', '200'],
    ]);
    await carryOut('restore', drift);
    expect(await harness.ask(HOST)).toBe(403);
  });

  it('make one line of history each, and one notice for the owner, on whichever replica', async () => {
    const history = new DatabaseStateHistoryStore(harness.database);
    const keepers = [
      replica,
      await harness.startReplica({ drives: false }),
    ].map(
      ({ registry }) =>
        new DriftKeeper({
          registry,
          store: new DatabaseEnablementStore(harness.database),
          history: new DatabaseDriftHistory(harness.database),
          logger: mockServices.logger.mock(),
          noticeHoldMs: 0,
          onChange: () => {},
        }),
    );
    const look = () => Promise.all(keepers.map(keeper => keeper.check()));
    const ref = stringifyEntityRef(reviews);
    const lines = async () =>
      (await history.list(ref, { limit: 10 })).items.map(
        ({ subject, cause, reason }) => [subject.level, cause, reason],
      );
    await look();
    expect(await lines()).toEqual([]);
    await harness.edit('PATCH', POLICY, EDIT);
    await seeDrift();
    await eventually(async () => {
      await look();
      expect(await lines()).toHaveLength(1);
    });
    expect(await lines()).toEqual([
      ['policy', 'drift', expect.stringContaining('somebody edited it')],
    ]);
    const sent: unknown[] = [];
    const sender = new NoticeSender({
      store: history,
      auth: mockServices.auth(),
      catalog: catalogServiceMock({ entities: [reviews] }),
      notifications: {
        send: async notice => void sent.push(notice),
      } as NotificationService,
      logger: mockServices.logger.mock(),
      enabled: true,
    });
    await sender.sendDue();
    await look();
    await sender.sendDue();
    expect(sent).toEqual([
      {
        recipients: {
          type: 'entity',
          entityRef: ['group:default/reviews-team'],
        },
        payload: expect.objectContaining({
          title: 'reviews: what the portal wrote was changed by somebody else',
          scope: 'istio-jwt-drift:component:default/reviews',
        }),
      },
    ]);
    await carryOut('restore', await seeDrift());
    await eventually(async () => {
      await look();
      expect((await lines())[0][2]).toContain('as it is wanted again');
    });
    await sender.sendDue();
    expect(sent).toHaveLength(1);
  });

  it('are made again where they were deleted, and deleted where nobody wrote them', async () => {
    await harness.edit('DELETE', POLICY);
    const extra = await fetch(
      harness.url('AuthorizationPolicy', 'edge', OURS).replace(/\/[^/]*$/, ''),
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          ...JSON.parse(written.find(text => text.includes(OURS))!),
          apiVersion: 'security.istio.io/v1',
          kind: 'AuthorizationPolicy',
          metadata: {
            ...(({ labels, annotations }) => ({ labels, annotations }))(
              JSON.parse(written.find(text => text.includes(OURS))!),
            ),
            name: 'copied',
            namespace: 'edge',
          },
          spec: {
            selector: { matchLabels: { istio: 'shared-gateway' } },
            action: 'AUDIT',
          },
        }),
      },
    );
    expect(extra.status).toBe(201);
    await eventually(async () => {
      const kinds = (await seeDrift()).objects.map(({ kind }) => kind);
      expect(kinds.sort()).toEqual(['deleted', 'extra']);
    });
    const made = await carryOut('restore', await seeDrift());
    expect(made.changes.map(({ action, ref }) => [action, ref.name])).toEqual(
      expect.arrayContaining([
        ['create', OURS],
        ['delete', 'copied'],
      ]),
    );
    expect(neutral(await harness.readPolicies())).toEqual(neutral(written));
  });

  it('are taken for what is wanted where somebody accepts them, without a change of any spec', async () => {
    await harness.edit('PATCH', POLICY, EDIT);
    const edited = await harness.readPolicies();
    const drift = await seeDrift();
    const made = await carryOut('accept', drift);
    expect(neutral(await harness.readPolicies())).toEqual(neutral(edited));
    await eventually(async () => expect(await listDrift()).toEqual([]));
    // What was accepted is the portal's to delete.
    const off = await harness.disable(replica, 'reviews', made.planId);
    await replica.service.start(reviews, off.planId, harness.caller());
    await harness.waitFor(replica, 'reviews', off.planId, ['done']);
    expect(
      (await harness.readPolicies()).filter(text => text.includes(OURS)),
    ).toEqual([]);
  });
});
