import {
  mockCredentials,
  mockErrorHandler,
  mockServices,
} from '@backstage/backend-test-utils';
import {
  AuthorizeResult,
  Permission,
} from '@backstage/plugin-permission-common';
import { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import {
  istioJwtExceptionApprovePermission,
  istioJwtExceptionCreatePermission,
  istioJwtOwnersNotifyPermission,
} from 'backstage-plugin-istio-jwt-common';
import { generateMesh } from 'istio-jwt-sandbox';
import {
  Mesh,
  parseObjects,
  STATES_WORST_FIRST,
} from 'istio-jwt-policy-engine';
import express from 'express';
import request from 'supertest';
import {
  claimingEntity,
  CoverageHarness,
} from '../__testUtils__/CoverageHarness';
import { describeOnDatabases } from '../__testUtils__/describeOnDatabases';
import { CoverageService } from '../coverage';
import { ExceptionService } from '../coverage/exceptions/ExceptionService';
import { ExceptionStore } from '../coverage/exceptions/ExceptionStore';
import { recordDay } from '../coverage/index/recordDay';
import { FindingReader } from '../coverage/read/FindingReader';
import { HostReader } from '../coverage/read/HostReader';
import { OwnerNotices } from '../coverage/notices/OwnerNotices';
import { ToldStore } from '../coverage/notices/ToldStore';
import { Trend } from '../coverage/read/Trend';
import { Viewers } from '../coverage/read/Viewer';
import { mirrorOf } from '../testing/meshFixture';
import { createRouter } from './createRouter';

const SERVICES = 30;
const DAY = 24 * 3_600_000;

/** Requests and answers are held against openapi.yaml in the router itself. */
describeOnDatabases('the API of the coverage', connect => {
  let harness: CoverageHarness;
  let server: express.Express;
  /** Permission names that a user lacks. */
  let lacking: Record<string, string[]>;
  let sent: NotificationSendOptions[];
  let auditor: ReturnType<typeof mockServices.auditor.mock>;

  beforeEach(async () => {
    const mesh = new Mesh();
    parseObjects(
      generateMesh({ services: SERVICES, seed: 3 }),
    ).resources.forEach(resource => mesh.apply(resource));
    const db = await connect();
    harness = await CoverageHarness.create(
      db,
      [mirrorOf(mesh)],
      Array.from({ length: SERVICES - 5 }, (_, index) =>
        claimingEntity(`service-${String(index).padStart(5, '0')}`, {
          owner: `group:default/${index % 2 ? 'odd' : 'even'}`,
        }),
      ),
    );
    await harness.pass();
    lacking = {};
    sent = [];
    const decide = (permission: Permission, user: string) => ({
      result: lacking[user.split('/')[1]]?.includes(permission.name)
        ? AuthorizeResult.DENY
        : AuthorizeResult.ALLOW,
    });
    const nameOf = ({ credentials }: any) =>
      credentials.principal.userEntityRef;
    const permissions = mockServices.permissions.mock({
      authorize: async (requests: any, options: any) =>
        requests.map(({ permission }: any) =>
          decide(permission, nameOf(options)),
        ),
      authorizeConditional: async (requests: any, options: any) =>
        requests.map(({ permission }: any) =>
          decide(permission, nameOf(options)),
        ),
    } as any);
    auditor = mockServices.auditor.mock();
    const app = express();
    app.use(
      await createRouter({
        auditor,
        httpAuth: mockServices.httpAuth(),
        permissions,
        coverage: new CoverageService({
          viewers: new Viewers({ permissions, db, store: harness.store }),
          reader: harness.reader,
          counts: harness.counts,
          findings: new FindingReader(db),
          hosts: new HostReader(db),
          trend: new Trend(db),
          ownerNotices: new OwnerNotices({
            db,
            told: new ToldStore(db),
            permissions,
            logger: mockServices.logger.mock(),
            notifications: { send: async each => void sent.push(each) },
            config: {
              enabled: true,
              quietMs: 7 * DAY,
              maxOwners: 10,
              perOwnerPerDay: 5,
              perSenderPerDay: 2,
            },
          }),
          exceptions: new ExceptionService({
            store: new ExceptionStore(db),
            reader: harness.reader,
            permissions,
            allowSelfApproval: false,
            maxDurationMs: 365 * DAY,
          }),
          store: harness.store,
          registry: { listFreshness: () => [] },
        }),
        validateResponses: true,
      } as any),
    );
    app.use(mockErrorHandler());
    server = app;
  });

  const call = (
    method: 'get' | 'post' | 'patch' | 'delete',
    path: string,
    user = 'alice',
  ) =>
    request(server)
      [method](`/v1${path}`)
      .set(
        'authorization',
        mockCredentials.user.header(`user:default/${user}`),
      );
  const read = async (path: string, user?: string) => {
    const { status, body } = await call('get', path, user);
    expect([path, status, body.error]).toEqual([path, 200, undefined]);
    return body;
  };

  it('filters, sorts, pages and counts', async () => {
    const first = await read('/coverage/services?limit=12');
    expect(first).toMatchObject({ total: SERVICES });
    expect(first.items).toHaveLength(12);
    const second = await read(
      `/coverage/services?limit=200&cursor=${first.nextCursor}`,
    );
    expect(second.nextCursor).toBe(undefined);
    const names = [...first.items, ...second.items].map(item => item.name);
    expect(names).toHaveLength(SERVICES);
    expect(names).toEqual([...names].sort());

    const open = await read(
      '/coverage/services?state=open,validated-only&limit=200',
    );
    expect(new Set(open.items.map((item: any) => item.state))).toEqual(
      new Set(['open', 'validated-only']),
    );
    expect(
      await read('/coverage/services?state=open%2Cvalidated-only&limit=1'),
    ).toMatchObject({ total: open.total });
    expect(
      await read('/coverage/services?owner=group%3Adefault%2Fodd&limit=1'),
    ).toMatchObject({ total: 12 });
    const worst = await read('/coverage/services?sort=state&order=asc&limit=1');
    expect(worst.items[0].state).toBe('open');
    expect(
      await read('/coverage/services?claimed=false&limit=200'),
    ).toMatchObject({ total: 5 });
    expect(
      await read('/coverage/services?owner=group:default/odd'),
    ).toMatchObject({ total: 12 });
    expect(await read('/coverage/services?owner=')).toMatchObject({ total: 5 });
    expect(
      await read('/coverage/services?q=SERVICE-00003%20odd'),
    ).toMatchObject({ total: 1 });
    const issuer = encodeURIComponent('https://login.example.com');
    const [issued, without] = await Promise.all([
      read(`/coverage/services?issuer=${issuer}`),
      read(`/coverage/services?issuer=`),
    ]);
    expect(issued.total + without.total).toBe(SERVICES);
    for (const sort of [
      'title',
      'state',
      'owner',
      'system',
      'namespace',
      'cluster',
      'findings',
      'lastProbe',
    ]) {
      for (const order of ['asc', 'desc']) {
        const seen: string[] = [];
        let cursor = '';
        do {
          const page = await read(
            `/coverage/services?sort=${sort}&order=${order}&limit=7${
              cursor && `&cursor=${cursor}`
            }`,
          );
          seen.push(...page.items.map((item: any) => item.id));
          cursor = page.nextCursor ?? '';
        } while (cursor);
        expect(new Set(seen).size).toBe(SERVICES);
        expect(seen).toHaveLength(SERVICES);
      }
    }
  });

  it('refuses what it cannot mean', async () => {
    const { nextCursor } = await read('/coverage/services?limit=2');
    for (const path of [
      '/coverage/services?sort=name',
      '/coverage/services?limit=0',
      '/coverage/services?limit=201',
      '/coverage/services?state=closed',
      '/coverage/services?cursor=x',
      `/coverage/services?sort=owner&cursor=${nextCursor}`,
      `/coverage/services?order=desc&cursor=${nextCursor}`,
      `/coverage/services?cursor=${Buffer.from('["title asc",{},"a"]').toString(
        'base64url',
      )}`,
      '/coverage/groups?by=name',
      '/coverage/groups',
      '/coverage/trend?days=0',
      '/coverage/trend?days=401',
      '/coverage/export?format=xml',
      '/exceptions/1',
    ]) {
      expect([path, (await call('get', path)).status]).toEqual([path, 400]);
    }
  });

  it('sums up, groups and lists findings, all of the same services', async () => {
    await recordDay(harness.db, Date.now() - 7 * DAY);
    const summary = await read('/coverage/summary');
    expect(summary).toMatchObject({
      total: SERVICES,
      claimed: 25,
      unclaimed: 5,
      stale: 0,
      scope: 'all',
      canRequestExceptions: true,
      shareEnforced: summary.states.enforced / SERVICES,
      changes: [
        {
          kind: 'known',
          days: 7,
          counts: { total: SERVICES, states: summary.states },
        },
        { kind: 'unknown', days: 30 },
      ],
    });
    const { items } = await read('/coverage/services?limit=200');
    for (const state of Object.keys(summary.states)) {
      expect(summary.states[state]).toBe(
        items.filter((item: any) => item.state === state).length,
      );
    }
    expect(await read('/coverage/summary?q=odd')).toMatchObject({
      total: 12,
      changes: [{ kind: 'unknown' }, { kind: 'unknown' }],
    });
    for (const by of ['owner', 'system', 'namespace', 'issuer', 'gateway']) {
      const { groups } = await read(`/coverage/groups?by=${by}`);
      expect([
        by,
        groups.reduce((sum: number, group: any) => sum + group.total, 0),
      ]).toEqual([by, SERVICES]);
      for (const group of groups) {
        expect(
          await read(
            `/coverage/services?${by}=${encodeURIComponent(group.key)}`,
          ),
        ).toMatchObject({ total: group.total });
      }
    }
    const { findings } = await read('/coverage/findings');
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) {
      expect(finding).toMatchObject({
        title: expect.stringMatching(/./),
        link: expect.stringMatching(/^https:/),
      });
      expect(
        await read(`/coverage/services?finding=${finding.id}`),
      ).toMatchObject({ total: finding.services });
      expect(finding.affected).toHaveLength(Math.min(20, finding.services));
    }
    const { points } = await read('/coverage/trend?days=10');
    expect(points.map((point: any) => point.kind)).toEqual([
      ...Array(2).fill('gap'),
      'recorded',
      ...Array(7).fill('gap'),
    ]);
  });

  it('lists the hosts of each gateway with their states, and says who would have nobody left to trust', async () => {
    const { groups } = await read('/coverage/groups?by=gateway');
    const gateways = groups.filter((group: any) => group.key);
    expect(gateways.length).toBeGreaterThan(0);
    for (const { key, total } of gateways) {
      const gateway = encodeURIComponent(key);
      const all = await read(`/coverage/hosts?gateway=${gateway}&limit=200`);
      expect(all.total).toBe(all.items.length);
      expect(new Set(all.items.map((item: any) => item.service.id)).size).toBe(
        total,
      );
      const paged: any[] = [];
      let cursor = '';
      do {
        const page = await read(
          `/coverage/hosts?gateway=${gateway}&limit=4${
            cursor && `&cursor=${cursor}`
          }`,
        );
        paged.push(...page.items);
        cursor = page.nextCursor ?? '';
      } while (cursor);
      expect(paged).toEqual(all.items);
      const ranks = paged.map(item => STATES_WORST_FIRST.indexOf(item.state));
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      expect(paged[0].address).toMatch(/^https?:\/\/[^/]+:\d+$/);
      // The service is never better than a host that leads to it.
      for (const { state, service } of paged) {
        const { items } = await read(`/coverage/services?q=${service.name}`);
        expect(STATES_WORST_FIRST.indexOf(items[0].state)).toBeLessThanOrEqual(
          STATES_WORST_FIRST.indexOf(state),
        );
      }
      expect(
        await read(`/coverage/hosts?gateway=${gateway}&claimed=false`),
      ).toMatchObject({
        total: all.items.filter((item: any) => !item.service.entityRef).length,
      });
    }
    for (const cursor of ['x', 'W10', 'WzEsImEiLCJiIl0']) {
      expect(
        (await call('get', `/coverage/hosts?gateway=c/a/b&cursor=${cursor}`))
          .status,
      ).toBe(400);
    }
    expect((await call('get', '/coverage/hosts')).status).toBe(400);
    const issuers = (await read('/coverage/groups?by=issuer')).groups;
    for (const { sole, total } of issuers) {
      expect(sole).toBeLessThanOrEqual(total);
    }
    for (const { key, sole } of issuers.filter((each: any) => each.key)) {
      expect(
        await read(`/coverage/services?soleIssuer=${encodeURIComponent(key)}`),
      ).toMatchObject({ total: sole });
    }
    expect(issuers.some(({ sole }: any) => sole > 0)).toBe(true);
  });

  it('has owners told once, for whoever may and within bounds', async () => {
    expect(await read('/coverage/summary')).toMatchObject({
      canNotifyOwners: true,
    });
    const [{ id: finding, services }] = (await read('/coverage/findings'))
      .findings;
    const preview = await read(`/coverage/owner-notices?finding=${finding}`);
    expect(preview).toMatchObject({ alreadyTold: [], overQuota: 0 });
    expect(preview.toTell).toBe(preview.owners.length);
    expect(
      preview.owners.reduce((sum: number, each: any) => sum + each.services, 0),
    ).toBe(services - preview.withoutOwner);
    const send = (body: object, user?: string) =>
      call('post', '/coverage/owner-notices', user).send(body);
    expect((await send({ filter: { finding }, atMost: 0 })).status).toBe(409);
    for (const filter of [{}, { owner: 'group:default/odd' }, { state: [] }]) {
      expect((await send({ filter, atMost: 9 })).status).toBe(400);
    }
    expect(
      (await send({ filter: { finding, more: 1 }, atMost: 9 })).status,
    ).toBe(400);
    lacking.mallory = [istioJwtOwnersNotifyPermission.name];
    const refused = await send({ filter: { finding }, atMost: 9 }, 'mallory');
    expect(refused.status).toBe(403);
    expect(
      (
        await call(
          'get',
          `/coverage/owner-notices?finding=${finding}`,
          'mallory',
        )
      ).status,
    ).toBe(403);
    expect(await read('/coverage/summary', 'mallory')).toMatchObject({
      canNotifyOwners: false,
    });
    expect(sent).toEqual([]);
    const told = await send({
      filter: { finding },
      atMost: preview.toTell,
    });
    expect([told.status, told.body]).toEqual([
      200,
      {
        told: preview.toTell,
        alreadyTold: 0,
        overQuota: 0,
        failed: 0,
        withoutOwner: preview.withoutOwner,
      },
    ]);
    expect(sent.map(({ recipients }: any) => recipients.entityRef)).toEqual(
      expect.arrayContaining(preview.owners.map(({ owner }: any) => owner)),
    );
    for (const { recipients, payload } of sent as any[]) {
      const { searchParams } = new URL(payload.link, 'http://portal');
      expect(Object.fromEntries(searchParams)).toEqual({
        finding,
        owner: recipients.entityRef,
      });
      const { total } = await read(`/coverage/services?${searchParams}`);
      expect(payload.title).toMatch(new RegExp(`^${total} of your services: `));
    }
    sent = [];
    expect(
      (await send({ filter: { finding, state: [] }, atMost: 9 })).body,
    ).toMatchObject({ told: 0, alreadyTold: preview.toTell });
    expect(sent).toEqual([]);
    const states = ['open', 'validated-only'];
    expect(
      (await send({ filter: { state: states }, atMost: 9 })).body,
    ).toMatchObject({ failed: 0 });
    // The third time within a day.
    const third = await send({ filter: { state: ['partial'] }, atMost: 9 });
    expect([third.status, third.body.error.message]).toEqual([
      403,
      expect.stringContaining('perSenderPerDay'),
    ]);
    expect(
      (await send({ filter: { state: ['partial'] }, atMost: 9 }, 'bob')).status,
    ).toBe(200);
  });

  const ask = (more: object = {}, user?: string) =>
    call('post', '/exceptions', user).send({
      scope: { cluster: 'c', namespace: 'team-000', name: 'service-00003' },
      reason: 'Legacy clients until spring',
      expiresAt: new Date(Date.now() + 30 * DAY).toISOString(),
      ...more,
    });

  it('counts an exception apart once somebody else approved it, and never hides the service', async () => {
    const { items } = await read(
      '/coverage/services?state=open,validated-only,partial&claimed=true',
    );
    const { cluster, namespace, name, state } = items[0];
    const before = await read('/coverage/summary');
    const created = await ask({ scope: { cluster, namespace, name } });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      state: 'requested',
      requestedBy: 'user:default/alice',
      revision: 1,
      canChange: true,
      canApprove: false,
    });
    expect((await read('/coverage/summary')).excepted[state]).toBe(0);
    const path = `/exceptions/${created.body.id}`;
    expect(
      (await call('patch', path).send({ revision: 1, approve: true })).status,
    ).toBe(403);
    lacking.mallory = [istioJwtExceptionApprovePermission.name];
    expect(
      (
        await call('patch', path, 'mallory').send({
          revision: 1,
          approve: true,
        })
      ).status,
    ).toBe(403);
    const approved = await call('patch', path, 'bob').send({
      revision: 1,
      approve: true,
    });
    expect(approved.body).toMatchObject({
      state: 'active',
      approvedBy: 'user:default/bob',
      revision: 2,
    });
    const after = await read('/coverage/summary');
    expect(after).toMatchObject({
      states: before.states,
      shareEnforced: before.shareEnforced,
      excepted: { [state]: 1 },
    });
    const [row] = (await read(`/coverage/services?q=${name}`)).items;
    expect(row).toMatchObject({
      state,
      exception: { id: created.body.id, state: 'active', covers: 'service' },
    });
    // Another reason is another exception.
    const changed = await call('patch', path).send({
      revision: 2,
      reason: 'Something else',
    });
    expect(changed.body).toMatchObject({ state: 'requested', revision: 3 });
    expect(changed.body.approvedBy).toBe(undefined);
    expect((await read('/coverage/summary')).excepted[state]).toBe(0);
    expect((await call('delete', `${path}?revision=3`)).body).toMatchObject({
      state: 'revoked',
      revision: 4,
    });
    const detail = await read(path);
    expect(
      detail.history.map((event: any) => [event.action, event.by]),
    ).toEqual([
      ['requested', 'user:default/alice'],
      ['approved', 'user:default/bob'],
      ['changed', 'user:default/alice'],
      ['revoked', 'user:default/alice'],
    ]);
    expect((await read('/exceptions?state=revoked')).items).toHaveLength(1);
    expect((await read('/exceptions?state=active')).items).toHaveLength(0);
    for (const meta of [{}, { exceptionId: created.body.id }]) {
      expect(auditor.createEvent).toHaveBeenCalledWith(
        expect.objectContaining({
          eventId: 'exception-read',
          severityLevel: 'low',
          meta,
        }),
      );
    }
    expect(
      (await call('patch', path).send({ revision: 4, reason: 'x' })).status,
    ).toBe(409);
  });

  it('is not approved by who worded or prolonged it last, in whatever request', async () => {
    const { body } = await ask();
    const path = `/exceptions/${body.id}`;
    const change = (revision: number, more: object, user: string) =>
      call('patch', path, user).send({ revision, ...more });
    const later = new Date(Date.now() + 300 * DAY).toISOString();
    const both = { reason: 'For ever', expiresAt: later, approve: true };
    expect((await change(1, both, 'bob')).status).toBe(403);
    const worded = await change(1, { expiresAt: later }, 'bob');
    expect(worded.body).toMatchObject({ revision: 2, canApprove: false });
    expect((await change(2, { approve: true }, 'bob')).status).toBe(403);
    expect((await change(2, { approve: true }, 'alice')).status).toBe(403);
    // A shorter one is nothing to ask for.
    const sooner = new Date(Date.now() + 200 * DAY).toISOString();
    await change(2, { expiresAt: sooner }, 'alice');
    expect((await change(3, { approve: true }, 'bob')).status).toBe(403);
    expect((await change(3, { approve: true }, 'carol')).body).toMatchObject({
      state: 'active',
      approvedBy: 'user:default/carol',
    });
  });

  it('keeps no token that somebody pastes', async () => {
    const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.AAAA';
    const scope = {
      cluster: 'c',
      namespace: 'team-000',
      name: 'service-00003',
    };
    for (const more of [
      { reason: `see ${token}` },
      { reason: 'Authorization: Bearer abcdefgh12345678' },
      { scope: { ...scope, path: `/login/${token}` } },
    ]) {
      const { status, body } = await ask(more);
      expect([status, body.error?.message]).toEqual([
        400,
        expect.stringContaining('looks like it holds a token'),
      ]);
    }
    const { body } = await ask();
    const changed = await call('patch', `/exceptions/${body.id}`).send({
      revision: 1,
      reason: token,
    });
    expect(changed.status).toBe(400);
  });

  it('an exception of a part does not except the service', async () => {
    const { body } = await ask({
      scope: {
        cluster: 'c',
        namespace: 'team-000',
        name: 'service-00003',
        path: '/healthz',
      },
    });
    await call('patch', `/exceptions/${body.id}`, 'bob').send({
      revision: 1,
      approve: true,
    });
    const { excepted } = await read('/coverage/summary');
    expect(Object.values(excepted).every(count => count === 0)).toBe(true);
    expect(
      (await read('/coverage/services?q=service-00003')).items[0].exception,
    ).toMatchObject({ covers: 'part', state: 'active' });
  });

  it('refuses exceptions that have no end to come, or no service', async () => {
    for (const more of [
      { expiresAt: new Date(Date.now() - 1000).toISOString() },
      { expiresAt: 'tomorrow' },
      { expiresAt: new Date(Date.now() + 400 * DAY).toISOString() },
      { reason: '  ' },
      { reason: '' },
      { reason: undefined },
      { scope: { cluster: 'c', namespace: 'team-000' } },
      { requestedBy: 'user:default/bob' },
    ]) {
      expect([more, (await ask(more)).status]).toEqual([more, 400]);
    }
    expect(
      (await ask({ scope: { cluster: 'c', namespace: 'a', name: 'b' } }))
        .status,
    ).toBe(404);
    lacking.mallory = [istioJwtExceptionCreatePermission.name];
    expect((await ask({}, 'mallory')).status).toBe(403);
    expect(await read('/coverage/summary', 'mallory')).toMatchObject({
      canRequestExceptions: false,
    });
  });

  it('of two concurrent changes takes one', async () => {
    const { body } = await ask();
    const change = (reason: string) =>
      call('patch', `/exceptions/${body.id}`).send({ revision: 1, reason });
    const statuses = (
      await Promise.all([change('one'), change('two'), change('three')])
    ).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 409, 409]);
    const { history } = await read(`/exceptions/${body.id}`);
    expect(history).toHaveLength(2);
  });

  it('shows nothing without the permission', async () => {
    lacking.mallory = ['istio-jwt.coverage.read'];
    for (const path of [
      '/coverage/services',
      '/coverage/summary',
      '/coverage/trend',
      '/coverage/groups?by=owner',
      '/coverage/findings',
      '/coverage/export?format=csv',
      '/exceptions',
    ]) {
      expect([path, (await call('get', path, 'mallory')).status]).toEqual([
        path,
        403,
      ]);
    }
  });

  it('exports everything as CSV, JSON and SARIF', async () => {
    harness.entities[3].metadata.title = '=1+1,"x"';
    await harness.pass();
    const csv = await call('get', '/coverage/export?format=csv');
    expect(csv.headers['content-disposition']).toBe(
      'attachment; filename="istio-jwt-coverage.csv"',
    );
    expect(csv.text.split('\r\n')).toHaveLength(SERVICES + 2);
    expect(csv.text).toContain(`,"'=1+1,""x""",`);
    const json = await call('get', '/coverage/export?format=json&claimed=true');
    expect(JSON.parse(json.text)).toHaveLength(SERVICES - 5);
    const sarif = await call('get', '/coverage/export?format=sarif')
      .buffer(true)
      .parse((response, done) => {
        let text = '';
        response.on('data', chunk => (text += chunk));
        response.on('end', () => done(null, text));
      });
    const [run] = JSON.parse(sarif.body).runs;
    const rules = new Set(run.tool.driver.rules.map((rule: any) => rule.id));
    expect(run.results.length).toBeGreaterThan(SERVICES / 2);
    expect(run.results.every((result: any) => rules.has(result.ruleId))).toBe(
      true,
    );
  });
});
