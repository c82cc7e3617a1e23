import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  SignalsService,
  signalsServiceRef,
} from '@backstage/plugin-signals-node';
import { createServiceFactory } from '@backstage/backend-plugin-api';
import {
  digestEntityRef,
  EntityStatus,
  ISTIO_JWT_STATE_CHANGED_TOPIC,
  IstioJwtSignal,
  ProbeRun,
  StateChange,
} from 'backstage-plugin-istio-jwt-common';
import { Sandbox, startSandbox } from 'istio-jwt-sandbox';
import request from 'supertest';
import plugin from './index';
import { eventually } from './testing/FakeApiServer';

const entity = (
  name: string,
  annotations: Record<string, string> = {},
): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name, namespace: 'default', annotations },
  spec: { owner: 'group:default/team' },
});

const backend = entity('backend', {
  'backstage.io/kubernetes-label-selector': 'app=backend',
  'backstage.io/kubernetes-namespace': 'default',
});

const DEMO = ['orders', 'reviews', 'inventory', 'payments', 'recommendations'];

describe('istio-jwt backend on the sandbox', () => {
  let sandbox: Sandbox;
  let server: Awaited<ReturnType<typeof startTestBackend>>['server'];
  let stop: () => Promise<void>;
  let signals: IstioJwtSignal[];
  let events: StateChange[];
  let denied: Set<string>;

  const call = (method: 'get' | 'post', path: string) =>
    request(server)
      [method](`/api/istio-jwt/v1${path}`)
      .set('authorization', mockCredentials.user.header());

  beforeEach(async () => {
    sandbox = await startSandbox({ apiPort: 0, nodePorts: 'free' });
    signals = [];
    events = [];
    denied = new Set();
    const started = await startTestBackend({
      features: [
        plugin,
        catalogServiceMock.factory({
          entities: [
            backend,
            ...DEMO.map(name =>
              entity(name, {
                'backstage.io/kubernetes-id': name,
                'backstage.io/kubernetes-cluster': 'sandbox',
              }),
            ),
            entity('bare'),
            entity('lost', {
              'backstage.io/kubernetes-label-selector': 'app=nowhere',
            }),
            entity('elsewhere', {
              'backstage.io/kubernetes-label-selector': 'app=backend',
              'backstage.io/kubernetes-cluster': 'mars',
            }),
            entity('all', {
              'backstage.io/kubernetes-label-selector': 'app',
            }),
          ],
        }),
        mockServices.events.mock({
          publish: async ({ topic, eventPayload }) => {
            if (topic === ISTIO_JWT_STATE_CHANGED_TOPIC) {
              events.push(eventPayload as StateChange);
            }
          },
        }).factory,
        mockServices.permissions.mock({
          authorize: async requests =>
            requests.map(({ permission }) => ({
              result: denied.has(permission.name)
                ? AuthorizeResult.DENY
                : AuthorizeResult.ALLOW,
            })),
        }).factory,
        createServiceFactory({
          service: signalsServiceRef,
          deps: {},
          factory: (): SignalsService => ({
            publish: async ({ message }) => {
              signals.push(message as unknown as IstioJwtSignal);
            },
          }),
        }),
        mockServices.rootConfig.factory({
          data: {
            istioJwt: {
              clusters: [
                { name: 'sandbox', sandbox: true, url: sandbox.apiUrl },
                {
                  name: 'gone',
                  url: 'http://127.0.0.1:1',
                  skipTLSVerify: true,
                },
              ],
              probes: {
                allowedAddresses: ['127.0.0.1/32'],
                ratePerGateway: 100,
              },
              tokenSources: [
                { sandboxMint: `${sandbox.apiUrl}/sandbox/tokens` },
              ],
            },
          },
        }),
      ],
    });
    server = started.server;
    stop = () => started.stop();
    await eventually(async () => {
      const { body } = await call('get', '/clusters');
      if (body[0].state.kind !== 'synced') {
        throw new Error(`The cluster is ${body[0].state.kind}`);
      }
    });
  });

  afterEach(async () => {
    await stop();
    await sandbox.stop();
  });

  const getStatus = async (name: string): Promise<EntityStatus> => {
    const response = await call(
      'get',
      `/entities/component/default/${name}/status`,
    );
    expect(response.status).toBe(200);
    return response.body;
  };

  it('tells state, issuer, policies and freshness', async () => {
    const status = await getStatus('backend');
    const [service] = status.services;
    expect(service).toMatchObject({
      cluster: 'sandbox',
      namespace: 'default',
      name: 'backend',
    });
    expect(service.issuers.map(({ issuer }) => issuer)).toContain(
      'testing@secure.istio.io',
    );
    expect(status.policies.map(({ ref }) => ref.name)).toEqual(
      expect.arrayContaining(['backend-jwt', 'backend-jwt-policy']),
    );
    expect(status.policies[0].yaml).not.toContain('managedFields');
    const gateway = service.waysIn.find(({ kind }) => kind === 'gateway');
    const inMesh = service.waysIn.find(({ kind }) => kind === 'in-mesh');
    expect([gateway?.state, inMesh?.state]).toEqual(['enforced', 'partial']);
    expect(status.state).toBe('partial');
    expect(status.canRunProbes).toBe(true);
    expect(status.freshness).toMatchObject([
      { cluster: 'sandbox', sandbox: true, state: { kind: 'synced' } },
      { cluster: 'gone', state: { kind: 'unavailable' } },
    ]);
  });

  it.each([
    ['bare', 'no-annotations', /kubernetes-label-selector/],
    ['lost', 'no-match', /kubectl get/],
    ['elsewhere', 'unknown-cluster', /'sandbox'/],
    ['all', 'several-services', /Narrow/],
  ])('says what is wrong with %s: %s', async (name, code, fix) => {
    const { problems } = await getStatus(name);
    expect(problems.find(problem => problem.code === code)?.fix).toMatch(fix);
  });

  it('runs probes that agree with the verdict, and tells the progress', async () => {
    const started = await call(
      'post',
      '/entities/component/default/backend/probe-runs',
    );
    expect(started.status).toBe(202);
    const { id } = started.body as ProbeRun;
    const again = await call(
      'post',
      '/entities/component/default/backend/probe-runs',
    );
    expect([409, 429]).toContain(again.status);
    let run!: ProbeRun;
    await eventually(async () => {
      run = (
        await call(
          'get',
          `/entities/component/default/backend/probe-runs/${id}`,
        )
      ).body;
      expect(run.status).toBe('done');
    });
    const sent = run.observations.filter(
      ({ observed }) => observed.kind === 'answer',
    );
    expect(run.observations).toHaveLength(run.total);
    // Gateway and sidecar ask for the same token; a reader wants each probe once.
    const kinds = run.observations.map(o =>
      JSON.stringify([o.wayInId, o.vector, o.request]),
    );
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(sent.map(o => [o.vector, o.result])).toEqual(
      sent.map(o => [o.vector, o.informative ? 'inconclusive' : 'agrees']),
    );
    const informative = sent.filter(o => o.informative);
    expect(informative.map(o => o.vector)).toEqual(
      expect.arrayContaining(['malformed-null-byte', 'path-null-byte']),
    );
    expect(informative.map(o => o.expected.status)).toEqual(
      informative.map(() => null),
    );
    expect(
      Object.fromEntries(
        sent.map(o => [
          o.vector,
          o.observed.kind === 'answer' && o.observed.status,
        ]),
      ),
    ).toMatchObject({
      'no-token': 403,
      'valid-token': 200,
      'malformed-junk': 401,
      expired: 401,
      'issuer-wrong': 401,
      forged: 401,
    });
    expect(run.targets.find(({ address }) => address)?.tried[0]).toMatch(
      /127\.0\.0\.1:\d+ .*connected/,
    );
    expect(JSON.stringify(run)).not.toMatch(/eyJ[\w-]+\.eyJ/);
    expect(
      signals.filter(({ type }) => type === 'probe-progress').length,
    ).toBeGreaterThan(1);
    const status = await getStatus('backend');
    expect(status.lastRun?.id).toBe(id);
    expect(status.services[0].state).toBe('partial');
  });

  const runProbes = async (name: string): Promise<ProbeRun> => {
    const path = `/entities/component/default/${name}/probe-runs`;
    const { body } = await call('post', path);
    let run!: ProbeRun;
    await eventually(async () => {
      run = (await call('get', `${path}/${body.id}`)).body;
      if (run.status === 'running') {
        throw new Error('The run goes on');
      }
    });
    return run;
  };

  it('sees what only a probe can see, until the configuration changes', async () => {
    expect((await getStatus('orders')).state).toBe('enforced');
    const run = await runProbes('orders');
    expect(run.observations.map(({ result }) => result)).toContain('disagrees');
    const drifted = await getStatus('orders');
    const gateway = drifted.services[0].waysIn.find(w => w.kind === 'gateway');
    expect(gateway).toMatchObject({ state: 'drift', verdict: 'enforced' });
    expect(drifted).toMatchObject({
      state: 'drift',
      reason: expect.stringMatching(/says 403 .*answered 200/),
    });

    await eventually(async () => {
      const { body } = await call(
        'get',
        '/entities/component/default/orders/history',
      );
      expect(
        body.items.filter(
          ({ subject }: StateChange) => subject.level === 'entity',
        ),
      ).toMatchObject([
        { from: 'enforced', to: 'drift', cause: 'observation' },
        { from: null, to: 'enforced', cause: 'first-seen' },
      ]);
    });
    expect(signals).toContainEqual({
      type: 'history-changed',
      entity: digestEntityRef('component:default/orders'),
    });
    expect(events.map(({ subject, to }) => [subject.level, to])).toEqual([
      ['entity', 'drift'],
      ['service', 'drift'],
      ['way-in', 'drift'],
    ]);

    const [policy] = drifted.policies.filter(
      ({ ref }) => ref.kind === 'AuthorizationPolicy',
    );
    await fetch(
      `${sandbox.apiUrl}/apis/security.istio.io/v1/namespaces/${policy.ref.namespace}/authorizationpolicies/${policy.ref.name}`,
      { method: 'DELETE' },
    );
    await eventually(async () => {
      const after = await getStatus('orders');
      expect(after.state).not.toBe('drift');
      expect(
        after.lastRun?.observations.filter(({ outdated }) => outdated).length,
      ).toBeGreaterThan(0);
    });
  });

  it.each(['reviews', 'inventory', 'payments', 'recommendations'])(
    'probes %s without a disagreement',
    async name => {
      const run = await runProbes(name);
      expect(run.status).toBe('done');
      expect(
        run.observations
          .filter(({ result }) => result === 'disagrees')
          .map(o => [o.vector, o.expected, o.observed]),
      ).toEqual([]);
    },
  );

  it('tells of a change of a policy by a signal', async () => {
    const before = await getStatus('backend');
    signals = [];
    const response = await fetch(
      `${sandbox.apiUrl}/apis/security.istio.io/v1/namespaces/istio-system/authorizationpolicies/ingress-jwt-policy`,
      { method: 'DELETE' },
    );
    expect(response.status).toBe(200);
    await eventually(() =>
      expect(signals).toContainEqual({
        type: 'status-changed',
        entity: digestEntityRef('component:default/backend'),
        revision: expect.not.stringMatching(`^${before.revision}$`),
      }),
    );
    const after = await getStatus('backend');
    expect(after.revision).not.toBe(before.revision);
    const names = ({ policies }: EntityStatus) =>
      policies.map(({ ref }) => ref.name);
    expect(names(before)).toContain('ingress-jwt-policy');
    expect(names(after)).not.toContain('ingress-jwt-policy');
  });

  it('shows nothing of entities that the catalog does not show', async () => {
    const response = await call(
      'get',
      '/entities/component/default/missing/status',
    );
    expect(response.status).toBe(404);
  });

  it('refuses without permission', async () => {
    denied.add('istio-jwt.probe.run');
    expect((await getStatus('backend')).canRunProbes).toBe(false);
    const probe = await call(
      'post',
      '/entities/component/default/backend/probe-runs',
    );
    expect(probe.status).toBe(403);
    denied.add('istio-jwt.status.read');
    const read = await call(
      'get',
      '/entities/component/default/backend/status',
    );
    expect(read.status).toBe(403);
  });

  it('refuses what the OpenAPI document does not allow', async () => {
    const response = await call(
      'get',
      '/entities/component/default/backend/probe-runs/not-a-uuid',
    );
    expect(response.status).toBe(400);
  });
});
