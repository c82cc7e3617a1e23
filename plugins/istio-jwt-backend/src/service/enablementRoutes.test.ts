import {
  mockCredentials,
  mockErrorHandler,
  mockServices,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  Enablement,
  EnablementOptions,
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import express from 'express';
import { randomUUID } from 'node:crypto';
import request from 'supertest';
import {
  demoEntity,
  EnablementHarness,
  Replica,
} from '../__testUtils__/EnablementHarness';
import { EnablementService } from '../enablement';
import { eventually } from '../testing/FakeApiServer';
import { createRouter, RouterOptions } from './createRouter';
import { EnablementCalls } from './EnablementCalls';

const BASE = '/v1/entities/component/default/reviews';

/** Every request and answer is held against openapi.yaml. */
describe('the paths of enablement', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  const auditor = mockServices.auditor.mock();
  let denied: Set<string>;
  let harness: EnablementHarness;
  let replica: Replica;
  let server: express.Express;

  beforeAll(async () => {
    harness = await EnablementHarness.start(await databases.init('SQLITE_3'));
    replica = await harness.startReplica();
    server = await createApp(replica.service);
  });

  async function createApp(service: EnablementService) {
    const app = express();
    const access = {
      auditor,
      permissions: mockServices.permissions.mock({
        authorize: async requests =>
          requests.map(({ permission }) => ({
            result: denied.has(permission.name)
              ? AuthorizeResult.DENY
              : AuthorizeResult.ALLOW,
          })),
      }),
      catalog: catalogServiceMock({
        entities: ['reviews', 'payments'].map(name => demoEntity(name)),
      }),
    };
    app.use(
      await createRouter({
        ...access,
        httpAuth: mockServices.httpAuth(),
        enablement: new EnablementCalls({
          ...access,
          service,
        }),
        validateResponses: true,
      } as unknown as RouterOptions),
    );
    app.use(mockErrorHandler());
    return app;
  }

  beforeEach(() => {
    denied = new Set();
    jest.clearAllMocks();
  });

  afterAll(() => harness.stop());

  const call = (
    method: 'get' | 'post',
    path: string,
    body?: object,
    user = 'user:default/alice',
  ) =>
    request(server)
      [method](`${BASE}${path}`)
      .set('authorization', mockCredentials.user.header(user))
      .send(body);

  async function makePlan(): Promise<PlannedEnablementView> {
    const options: EnablementOptions = (
      await call('get', '/enablement-options')
    ).body;
    const [{ cluster, namespace, name, waysIn }] = options.services;
    const response = await call('post', '/enablement-plans', {
      intent: 'enable',
      service: { cluster, namespace, name },
      waysIn: waysIn
        .filter(({ kind }) => kind === 'gateway')
        .map(({ id }) => id),
      issuer: 'istio-testing',
      exemptPaths: ['/healthz'],
      preflights: 'refuse',
    });
    expect([response.status, response.body.kind]).toEqual([200, 'planned']);
    return response.body;
  }

  it('tell when to come again, to whoever has too many plans made', async () => {
    const hurried = await harness.startReplica({
      enablement: { quotas: { plansPerMinute: 2 } },
      drives: false,
    });
    const { service } = hurried;
    const entity = demoEntity('reviews');
    const plan = (name: string) =>
      service.plan(
        entity,
        { intent: 'disable', enablementId: randomUUID() },
        harness.caller(name),
      );
    await expect(plan('user:default/alice')).rejects.toThrow(/No enablement/);
    await expect(plan('user:default/alice')).rejects.toThrow(/No enablement/);
    await expect(plan('user:default/alice')).rejects.toThrow(/plansPerMinute/);
    await expect(plan('user:default/bob')).rejects.toThrow(/No enablement/);
    const answer = await request(await createApp(service))
      .post(`${BASE}/enablement-plans`)
      .set('authorization', mockCredentials.user.header('user:default/alice'))
      .send({ intent: 'disable', enablementId: randomUUID() });
    expect([answer.status, answer.body.error?.name]).toEqual([
      429,
      'TooManyRequestsError',
    ]);
    expect(answer.headers['retry-after']).toMatch(/^[1-6]?\d$/);
    await hurried.stop();
  });

  it('lead from a plan to an operation and its end', async () => {
    const plan = await makePlan();
    expect(plan.changes.map(({ after }) => after)).toEqual([
      expect.stringContaining('kind: RequestAuthentication'),
      expect.stringContaining('kind: AuthorizationPolicy'),
    ]);
    expect(plan.changes[1].after).toContain('app.kubernetes.io/managed-by');
    const begun = await call('post', '/enablements', { planId: plan.planId });
    expect(begun.status).toBe(202);
    const { id } = begun.body as Enablement;
    expect(id).toBe(plan.planId);
    let seen!: Enablement;
    await eventually(async () => {
      seen = (await call('get', `/enablements/${id}`)).body;
      expect(seen.phase).toBe('done');
    });
    expect(seen).toMatchObject({
      canCancel: false,
      canApprove: false,
      startedBy: 'user:default/alice',
      issuer: 'istio-testing',
    });
    expect(seen.steps.length).toBeGreaterThan(8);
    const list = await call('get', '/enablements?limit=1');
    expect(list.body.items[0]).toMatchObject({ id, phase: 'done' });
    expect(list.body.items[0].steps).toBeUndefined();
    expect((await call('post', `/enablements/${id}/cancel`)).status).toBe(409);
    expect((await call('post', `/enablements/${id}/approve`)).status).toBe(409);

    for (const [method, path, body] of [
      ['post', 'decline', { reason: 'No' }],
      ['post', 'enforce', undefined],
      ['get', 'plan', undefined],
    ] as const) {
      const response = await call(method, `/enablements/${id}/${path}`, body);
      expect([path, response.status]).toEqual([path, 409]);
    }
    const long = { reason: 'x'.repeat(501) };
    expect(
      (await call('post', `/enablements/${id}/decline`, long)).status,
    ).toBe(400);

    const off = await call('post', '/enablement-plans', {
      intent: 'disable',
      enablementId: id,
    });
    expect(off.body).toMatchObject({ kind: 'planned', intent: 'disable' });
    expect(
      auditor.createEvent.mock.calls.map(([event]) => event.eventId),
    ).toEqual(
      expect.arrayContaining([
        'enablement-plan-create',
        'enablement-create',
        'enablement-cancel',
        'enablement-approve',
        'enablement-decline',
        'enablement-enforce',
      ]),
    );
    expect(
      harness.auditor.createEvent.mock.calls.map(([event]) => event.meta?.step),
    ).toEqual(expect.arrayContaining(['dry-run', 'enforce', 'settle']));
  });

  it('give a plan to its maker again, and wait for nothing that the portal writes itself', async () => {
    const plan = await makePlan();
    const path = `/enablement-plans/${plan.planId}`;
    const again = await call('get', path);
    expect([again.status, again.body]).toEqual([200, plan]);
    await call('get', '/enablements');
    await call('get', '/enablement-options');
    expect(
      auditor.createEvent.mock.calls
        .map(([event]) => event)
        .filter(({ eventId }) => eventId === 'enablement-read')
        .map(({ severityLevel, meta }) => [severityLevel, meta?.what]),
    ).toEqual(
      expect.arrayContaining([
        ['low', 'plan'],
        ['low', 'operations'],
        ['low', 'options'],
      ]),
    );
    const other = await call('get', path, undefined, 'user:default/bob');
    expect(other.status).toBe(404);
    const proposed = await call('post', `${path}/proposal`, {
      url: 'https://github.com/shop/clusters/pull/7',
    });
    expect([proposed.status, proposed.body.error.message]).toEqual([
      409,
      expect.stringMatching(/writes this plan itself/),
    ]);
    const bad = await call('post', `${path}/proposal`, { token: 'x' });
    expect(bad.status).toBe(400);
    expect(
      auditor.createEvent.mock.calls.map(([event]) => event.eventId),
    ).toContain('enablement-propose');
  });

  it('refuse without permission, and do not find what is not of the entity', async () => {
    const id = 'a1a8ad1d-6a1c-4f7f-9d4f-1f7f5d3f2b11';
    denied.add('istio-jwt.enablement.create');
    denied.add('istio-jwt.enablement.approve');
    const options = await call('get', '/enablement-options');
    expect(options.body).toMatchObject({ canCreate: false, canApprove: false });
    for (const [path, body] of [
      ['/enablement-plans', { intent: 'disable', enablementId: id }],
      ['/enablements', { planId: id }],
      [`/enablement-plans/${id}/proposal`, {}],
      [`/enablements/${id}/cancel`, undefined],
      [`/enablements/${id}/approve`, undefined],
      [`/enablements/${id}/decline`, {}],
      [`/enablements/${id}/enforce`, undefined],
    ] as const) {
      expect([path, (await call('post', path, body)).status]).toEqual([
        path,
        403,
      ]);
    }
    expect((await call('get', `/enablement-plans/${id}`)).status).toBe(403);
    expect((await call('get', `/enablements/${id}/plan`)).status).toBe(403);
    denied.clear();
    expect((await call('get', `/enablements/${id}`)).status).toBe(404);
    expect((await call('post', '/enablements', { planId: id })).status).toBe(
      404,
    );
    denied.add('istio-jwt.status.read');
    expect((await call('get', '/enablements')).status).toBe(403);
    expect((await call('get', '/enablement-options')).status).toBe(403);
  });

  it.each([
    ['a key address of one’s own', { jwksUri: 'https://evil.example/keys' }],
    ['a path with a wildcard inside', { exemptPaths: ['/a*/b'] }],
    ['a path that is none', { exemptPaths: ['healthz'] }],
    ['no way in', { waysIn: [] }],
    ['a choice that there is not', { preflights: 'maybe' }],
  ])('refuse a plan with %s', async (_, part) => {
    const response = await call('post', '/enablement-plans', {
      intent: 'enable',
      service: { cluster: 'sandbox', namespace: 'reviews', name: 'reviews' },
      waysIn: ['x'],
      issuer: 'login',
      exemptPaths: [],
      preflights: 'refuse',
      ...part,
    });
    expect(response.status).toBe(400);
  });
});
