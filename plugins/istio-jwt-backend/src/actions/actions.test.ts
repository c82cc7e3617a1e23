import {
  BackstageCredentials,
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { actionsRegistryServiceRef } from '@backstage/backend-plugin-api/alpha';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { actionsRegistryServiceMock } from '@backstage/backend-test-utils/alpha';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { Sandbox, startSandbox } from 'istio-jwt-sandbox';
import { demoEntity } from '../__testUtils__/EnablementHarness';
import plugin from '../index';
import { eventually } from '../testing/FakeApiServer';

const ALICE = mockCredentials.user('user:default/alice');
const BOB = mockCredentials.user('user:default/bob');
const entityRef = 'component:default/reviews';

/** The plugin as it is, called by actions alone. */
describe('actions', () => {
  const registry = actionsRegistryServiceMock();
  const auditor = mockServices.auditor.mock();
  const denied = new Set<string>();
  let sandbox: Sandbox;
  let stop: () => Promise<void>;

  const invoke = async (
    name: string,
    input: object,
    credentials: BackstageCredentials = ALICE,
  ): Promise<any> =>
    (
      await registry.invoke({
        id: `test:${name}`,
        input: input as never,
        credentials,
      })
    ).output;

  beforeAll(async () => {
    sandbox = await startSandbox({ apiPort: 0, nodePorts: 'free' });
    const started = await startTestBackend({
      features: [
        plugin,
        catalogServiceMock.factory({ entities: [demoEntity('reviews')] }),
        createServiceFactory({
          service: actionsRegistryServiceRef,
          deps: {},
          factory: () => registry,
        }),
        createServiceFactory({
          service: coreServices.auditor,
          deps: {},
          factory: () => auditor,
        }),
        mockServices.permissions.mock({
          authorize: async requests =>
            requests.map(({ permission }) => ({
              result: denied.has(permission.name)
                ? AuthorizeResult.DENY
                : AuthorizeResult.ALLOW,
            })),
        }).factory,
        mockServices.rootConfig.factory({
          data: {
            istioJwt: {
              clusters: [
                { name: 'sandbox', sandbox: true, url: sandbox.apiUrl },
              ],
              probes: {
                allowedAddresses: ['127.0.0.1/32'],
                ratePerGateway: 100,
                maxConcurrency: 16,
              },
              tokenSources: [
                { sandboxMint: `${sandbox.apiUrl}/sandbox/tokens` },
              ],
              enablement: {
                enabled: true,
                namespaces: ['edge'],
                approval: { otherHosts: 10 },
                issuers: [
                  { name: 'login', issuer: 'https://login.example.com' },
                ],
              },
            },
          },
        }),
      ],
    });
    stop = () => started.stop();
    await eventually(async () => {
      const { state } = await invoke('status', { entityRef });
      if (state !== 'validated-only') throw new Error(`It is ${state}`);
    });
  });

  afterAll(async () => {
    await stop?.();
    await sandbox?.stop();
  });

  beforeEach(() => {
    denied.clear();
    auditor.createEvent.mockClear();
  });

  it('say what they do to the world', async () => {
    const { actions } = await registry.list();
    expect(
      Object.fromEntries(
        actions.map(({ name, attributes }) => [
          name,
          Object.entries(attributes)
            .filter(([, is]) => is)
            .map(([attribute]) => attribute)
            .sort(),
        ]),
      ),
    ).toEqual({
      status: ['idempotent', 'readOnly'],
      plan: [],
      enable: ['destructive', 'idempotent'],
      change: ['destructive', 'idempotent'],
      disable: ['destructive', 'idempotent'],
      operation: ['idempotent', 'readOnly'],
    });
  });

  it('lead from a plan to a proof, to another one, and back, and start a plan once', async () => {
    const plan = await invoke('plan', { entityRef, intent: 'enable' });
    expect(plan).toMatchObject({
      kind: 'planned',
      writing: 'direct',
      answers: expect.arrayContaining([
        expect.objectContaining({
          isTarget: true,
          request: 'No token',
          before: '200',
          after: '403 RBAC: access denied',
        }),
      ]),
    });
    const { planId } = plan;
    await expect(invoke('enable', { entityRef, planId }, BOB)).rejects.toThrow(
      /no such plan of yours/,
    );
    await expect(invoke('disable', { entityRef, planId })).rejects.toThrow(
      /is of intent enable/,
    );
    const begun = await invoke('enable', { entityRef, planId });
    expect(await invoke('enable', { entityRef, planId })).toMatchObject({
      operationId: begun.operationId,
    });
    const follow = async (operationId: string) => {
      await eventually(async () => {
        const seen = await invoke('operation', { entityRef, operationId });
        expect(seen.isOver).toBe(true);
      });
      return invoke('operation', { entityRef, operationId });
    };
    expect(await follow(begun.operationId)).toMatchObject({
      phase: 'done',
      intent: 'enable',
    });
    const {
      services: [{ waysIn }],
    } = await invoke('status', { entityRef });
    expect(
      waysIn.find(({ kind }: { kind: string }) => kind === 'gateway').state,
    ).toBe('enforced');

    await expect(
      invoke('plan', { entityRef, intent: 'change' }),
    ).rejects.toThrow(/give issuer, exemptPaths or preflights/);
    const wider = await invoke('plan', {
      entityRef,
      intent: 'change',
      exemptPaths: ['/healthz'],
    });
    const changed = await invoke('change', {
      entityRef,
      planId: wider.planId,
    });
    expect(await follow(changed.operationId)).toMatchObject({
      phase: 'done',
      intent: 'change',
    });
    // The issuer stays as it was, without being named.
    expect(
      wider.changes.map(({ yaml }: { yaml: string }) => yaml).join(),
    ).toContain('https://login.example.com');

    const back = await invoke('plan', { entityRef, intent: 'disable' });
    const taken = await invoke('disable', { entityRef, planId: back.planId });
    expect(await follow(taken.operationId)).toMatchObject({ phase: 'done' });
    expect(
      auditor.createEvent.mock.calls
        .filter(([{ meta }]) => meta?.caller)
        .map(([{ eventId, meta }]) => `${eventId} ${meta?.caller}`),
    ).toEqual(
      expect.arrayContaining([
        'status-read user:default/alice',
        'enablement-plan-create user:default/alice',
        'enablement-create user:default/alice',
      ]),
    );
  });

  it('refuse what HTTP would refuse', async () => {
    denied.add('istio-jwt.enablement.create');
    await expect(invoke('plan', { entityRef })).rejects.toThrow(
      /istio-jwt\.enablement\.create is missing/,
    );
    const planId = 'a1a8ad1d-6a1c-4f7f-9d4f-1f7f5d3f2b11';
    await expect(invoke('enable', { entityRef, planId })).rejects.toThrow(
      /istio-jwt\.enablement\.create is missing/,
    );
    denied.add('istio-jwt.status.read');
    for (const name of ['status', 'plan']) {
      await expect(invoke(name, { entityRef })).rejects.toThrow(
        /istio-jwt\.status\.read is missing/,
      );
    }
    await expect(
      invoke('operation', { entityRef, operationId: planId }),
    ).rejects.toThrow(/istio-jwt\.status\.read is missing/);
  });

  it('are started by people alone: of a service, neither name nor restrictions arrive', async () => {
    const service = mockCredentials.service('plugin:mcp-actions');
    expect(await invoke('status', { entityRef }, service)).toMatchObject({
      entityRef,
    });
    const plan = await invoke('plan', { entityRef }, service);
    await expect(
      invoke('enable', { entityRef, planId: plan.planId }, service),
    ).rejects.toThrow(/Only people start plans by actions/);
  });

  it.each([
    ['status', { entityRef: ':::' }, /entityRef is/],
    ['status', { entityRef: 'component:default/ghost' }, /No entity/],
    ['plan', { entityRef, exemptPaths: ['/a*/b'] }, /exemptPaths|Invalid/],
    ['plan', { entityRef, waysIn: ['nowhere.example'] }, /No way in nowhere/],
    ['plan', { entityRef, intent: 'disable' }, /Nothing that the portal/],
    ['plan', { entityRef, intent: 'change' }, /Nothing that the portal/],
    ['enable', { entityRef, planId: 'x' }, /planId|uuid|Invalid/],
  ])('say what is wrong: %s %j', async (name, input, message) => {
    await expect(invoke(name, input)).rejects.toThrow(message);
  });
});
