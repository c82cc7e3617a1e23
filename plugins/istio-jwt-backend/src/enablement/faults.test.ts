import { TestDatabases } from '@backstage/backend-test-utils';
import {
  demoEntity,
  EnablementHarness,
} from '../__testUtils__/EnablementHarness';
import { FaultyApi } from '../__testUtils__/FaultyApi';

jest.setTimeout(300_000);

const OURS = 'istio-jwt-reviews-reviews-05b02982';
const POLICY: [string, string, string] = ['AuthorizationPolicy', 'edge', OURS];
const AUTHENTICATION: [string, string, string] = [
  'RequestAuthentication',
  'edge',
  OURS,
];

describe('an operation that meets trouble', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let harness: EnablementHarness;
  let api: FaultyApi;
  let before: string[];

  beforeAll(async () => {
    harness = await EnablementHarness.start(await databases.init('SQLITE_3'));
  });

  beforeEach(async () => {
    await harness.reset();
    before = await harness.readPolicies();
    api = await FaultyApi.start(harness.sandbox.apiUrl);
  });

  afterEach(async () => {
    await harness.settle();
    await api.stop();
  });

  afterAll(() => harness.stop());

  const start = (
    options: Parameters<EnablementHarness['startReplica']>[0] = {},
  ) => harness.startReplica({ apiUrl: api.url, ...options });

  async function runWhole() {
    const replica = await start();
    const id = await harness.begin(replica, 'reviews');
    const operation = await harness.waitFor(replica, 'reviews', id);
    await replica.stop();
    return operation;
  }

  /** Does something once an operation has reached a step. */
  async function meddle(stepId: string, act: () => Promise<unknown>) {
    const replica = await start();
    let acted: Promise<unknown> | undefined;
    harness.onProgress = operation => {
      const step = operation.steps.at(-1);
      if (!acted && step?.id === stepId && step.status === 'running') {
        acted = act();
      }
    };
    const id = await harness.begin(replica, 'reviews');
    const operation = await harness.waitFor(replica, 'reviews', id);
    expect(acted).toBeDefined();
    await acted;
    harness.onProgress = undefined;
    return { operation, replica };
  }

  const WRITES = [
    'PATCH requestauthentications (dry run)',
    'PATCH authorizationpolicies (dry run)',
    'PATCH requestauthentications',
    'PATCH authorizationpolicies',
  ];

  it.each([403, 409, 422])(
    'goes back where the API server answers %s to a write',
    async status => {
      for (const refused of WRITES) {
        api.fault = write =>
          write === refused
            ? {
                status,
                body: {
                  kind: 'Status',
                  message: 'secret text of a webhook',
                  details: {
                    causes: [
                      {
                        message: 'conflict with "kubectl": x',
                        field: '.spec.rules',
                      },
                    ],
                  },
                },
              }
            : undefined;
        const operation = await runWhole();
        expect([refused, operation.phase]).toEqual([refused, 'rolled-back']);
        expect(operation.outcome).toContain(`(${status})`);
        expect(JSON.stringify(operation)).not.toContain('secret text');
        expect(
          operation.outcome?.includes('.spec.rules belongs to kubectl'),
        ).toBe(status !== 403);
        expect(await harness.readPolicies()).toEqual(before);
      }
    },
  );

  it('goes on after a failure that passes, whether the write had arrived or not', async () => {
    for (const lost of [false, true]) {
      await harness.reset();
      const failed = new Set<string>();
      api.fault = write => {
        if (failed.has(write)) return undefined;
        failed.add(write);
        return { status: 500, lost };
      };
      const operation = await runWhole();
      expect([operation.phase, operation.outcome]).toEqual(['done', undefined]);
      expect(failed.size).toBeGreaterThanOrEqual(WRITES.length);
      expect(
        (await harness.readPolicies()).filter(text => text.includes(OURS)),
      ).toHaveLength(2);
    }
  });

  it('goes back where the API server stays broken for writes of policies', async () => {
    api.fault = write =>
      write === 'PATCH authorizationpolicies' ? { status: 500 } : undefined;
    const operation = await runWhole();
    expect(operation.phase).toBe('rolled-back');
    expect(operation.outcome).toContain('answered 500');
    expect(await harness.readPolicies()).toEqual(before);
  });

  it('says loudly what it could not take back, and takes it back when asked again', async () => {
    const replica = await start({
      enablement: { deadlines: { propagation: '1s', rollback: '1s' } },
    });
    const policies = 'PATCH authorizationpolicies';
    // It may be tried, and neither enforced nor deleted.
    api.fault = write =>
      /^DELETE \w+$/.test(write) ||
      (write === policies &&
        api.writes.filter(known => known === policies).length > 1)
        ? { status: 403 }
        : undefined;
    const id = await harness.begin(replica, 'reviews');
    const failed = await harness.waitFor(replica, 'reviews', id);
    expect(failed.phase).toBe('failed');
    expect(failed.outcome).toContain('could NOT be taken back');
    expect(failed.outcome).toContain(`AuthorizationPolicy edge/${OURS}`);
    // Without what validates tokens, a policy that stays would refuse everybody.
    expect(failed.outcome).toContain(
      `RequestAuthentication edge/${OURS} is left as it is`,
    );
    await expect(harness.begin(replica, 'reviews')).rejects.toThrow();
    api.fault = () => undefined;
    await replica.service.cancel(demoEntity('reviews'), id, harness.caller());
    const back = await harness.waitFor(replica, 'reviews', id, ['rolled-back']);
    expect(back.outcome).toContain('Everything was taken back');
    expect(await harness.readPolicies()).toEqual(before);
  });

  it('goes back where a neighbour is answered otherwise', async () => {
    const name = 'inventory-require-jwt';
    const { operation } = await meddle('shadow-watched', async () => {
      await harness.edit('DELETE', ['AuthorizationPolicy', 'inventory', name]);
      await harness.edit('DELETE', ['AuthorizationPolicy', 'edge', name]);
    });
    expect(operation.phase).toBe('rolled-back');
    expect(operation.outcome).toMatch(
      /inventory\.example\.com \(a neighbour: inventory\/inventory\)/,
    );
    expect(await harness.readPolicies()).toEqual(
      before.filter(text => !text.includes(`"name":"${name}"`)),
    );
  });

  it('stops where somebody removes what it wrote, and takes back the rest', async () => {
    const { operation } = await meddle('keys', () =>
      harness.edit('DELETE', POLICY),
    );
    expect(operation.phase).toBe('rolled-back');
    expect(operation.outcome).toContain('was removed by somebody else');
    expect(await harness.readPolicies()).toEqual(before);
  });

  it('leaves alone what somebody changed, and says so', async () => {
    const { operation, replica } = await meddle('verify', () =>
      harness.edit('PATCH', POLICY, {
        spec: { rules: [{ to: [{ operation: { paths: ['/mine'] } }] }] },
      }),
    );
    expect(operation.phase).toBe('failed');
    expect(operation.outcome).toContain('changed by somebody else');
    const left = (await harness.readPolicies()).filter(text =>
      text.includes(OURS),
    );
    expect(left).toHaveLength(2);
    expect(left.join()).toContain('/mine');
    await harness.edit('DELETE', POLICY);
    await replica.service.cancel(
      demoEntity('reviews'),
      operation.id,
      harness.caller(),
    );
    await harness.waitFor(replica, 'reviews', operation.id, ['rolled-back']);
    expect(await harness.readPolicies()).toEqual(before);
  });

  it('touches nothing of somebody else that came by after the plan', async () => {
    const idle = await start({ drives: false });
    const id = await harness.begin(idle, 'reviews');
    await idle.stop();
    const theirs = {
      apiVersion: 'security.istio.io/v1',
      kind: 'RequestAuthentication',
      metadata: { name: OURS, namespace: 'edge' },
      spec: { selector: { matchLabels: { app: 'theirs' } } },
    };
    const made = await fetch(
      harness.url(...AUTHENTICATION).replace(/\/[^/]*$/, ''),
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(theirs),
      },
    );
    expect(made.status).toBe(201);
    const withTheirs = await harness.readPolicies();
    const replica = await start();
    const operation = await harness.waitFor(replica, 'reviews', id);
    expect(operation.phase).toBe('rolled-back');
    expect(operation.outcome).toMatch(
      /somebody else.*Nothing had been written/,
    );
    expect(await harness.readPolicies()).toEqual(withTheirs);
  });

  it('does not begin where keys cannot be had, or nobody could see what happens', async () => {
    const keyless = await start({
      checkKeys: async () => ({
        kind: 'failed',
        failure: {
          code: 'http-status',
          document: 'keys',
          brief: 'HTTP 500',
          reason: 'login.example.com answers 500.',
        },
      }),
    });
    const id = await harness.begin(keyless, 'reviews');
    const refused = await harness.waitFor(keyless, 'reviews', id);
    expect([refused.phase, refused.outcome]).toEqual([
      'rolled-back',
      expect.stringMatching(/answers 500.*Nothing had been written/),
    ]);
    await keyless.stop();

    const blind = await start({ probes: false });
    const other = await harness.begin(blind, 'reviews');
    expect((await harness.waitFor(blind, 'reviews', other)).outcome).toMatch(
      /Probes are switched off.*Nothing had been written/,
    );
    await blind.stop();
    expect(await harness.readPolicies()).toEqual(before);
  });

  it('goes back where an operation takes too long', async () => {
    const replica = await start({
      enablement: { deadlines: { operation: '1ms', propagation: '3s' } },
    });
    const id = await harness.begin(replica, 'reviews');
    expect((await harness.waitFor(replica, 'reviews', id)).outcome).toMatch(
      /longer than an operation may/,
    );
  });
});
