import {
  CustomObjectsApi,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import {
  ApiTestServer,
  POLICIES,
  POLICY_COLLECTION,
} from '../__testUtils__/ApiTestServer';
import { policy } from '../__testUtils__/objects';

describe('server-side apply', () => {
  let server: ApiTestServer;

  beforeAll(async () => {
    server = await ApiTestServer.start();
  });
  afterAll(() => server.sandbox.stop());
  beforeEach(() => server.sandbox.reset());

  const apply = (
    manager: string,
    spec: object,
    options: { force?: boolean; dryRun?: string } = {},
  ) =>
    server.config.makeApiClient(CustomObjectsApi).patchNamespacedCustomObject(
      {
        ...POLICY_COLLECTION,
        name: 'applied',
        body: policy('shop', 'applied', spec),
        fieldManager: manager,
        ...options,
      },
      setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
    ) as Promise<any>;

  it('creates, and gives up what the manager leaves out', async () => {
    const created = await apply('portal', {
      action: 'DENY',
      rules: [{}],
    });
    expect(created.metadata.managedFields).toEqual([
      expect.objectContaining({
        manager: 'portal',
        operation: 'Apply',
        fieldsV1: expect.objectContaining({
          'f:spec': { 'f:action': {}, 'f:rules': {} },
        }),
      }),
    ]);
    const again = await apply('portal', { action: 'DENY', rules: [{}] });
    expect(again.metadata.resourceVersion).toBe(
      created.metadata.resourceVersion,
    );
    const reduced = await apply('portal', { rules: [{}] });
    expect(reduced.spec).toEqual({ rules: [{}] });
  });

  it('refuses to overwrite what another manager applied, unless forced', async () => {
    await apply('portal', { action: 'DENY', rules: [{}] });
    const error = await apply('gitops', {
      action: 'ALLOW',
      rules: [],
    }).catch(caught => caught);
    expect(error.code).toBe(409);
    expect(JSON.parse(error.body)).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'Apply failed with 2 conflicts: conflicts with "portal":\n- .spec.action\n- .spec.rules',
      reason: 'Conflict',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "portal"',
            field: '.spec.action',
          },
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "portal"',
            field: '.spec.rules',
          },
        ],
      },
      code: 409,
    });
    const forced = await apply('gitops', { action: 'ALLOW' }, { force: true });
    expect(forced.spec).toEqual({ action: 'ALLOW', rules: [{}] });
    const back = await apply('portal', { rules: [{}] });
    expect(back.spec.action).toBe('ALLOW');
  });

  it('names who edited a field by hand, with the time', async () => {
    await server.create('applied', { action: 'DENY' });
    await server.send(
      'PATCH',
      `${POLICIES}/applied?fieldManager=kubectl-edit`,
      { spec: { action: 'AUDIT' } },
      'application/merge-patch+json',
    );
    const error = await apply('portal', { action: 'ALLOW' }).catch(
      caught => caught,
    );
    expect(JSON.parse(error.body).message).toMatch(
      /^Apply failed with 1 conflict: conflict with "kubectl-edit" using security\.istio\.io\/v1 at \d{4}-\d\d-\d\dT[\d:]+Z: \.spec\.action$/,
    );
  });

  it('shares a field that managers agree on, until the last lets go', async () => {
    await apply('portal', { action: 'DENY', rules: [{}] });
    await apply('gitops', { action: 'DENY' });
    const left = await apply('portal', { rules: [{}] });
    expect(left.spec.action).toBe('DENY');
    const gone = await apply('gitops', {});
    expect(gone.spec).toEqual({ rules: [{}] });
  });

  it('tries without storing on a dry run', async () => {
    const tried = await apply('portal', { action: 'DENY' }, { dryRun: 'All' });
    expect(tried.spec.action).toBe('DENY');
    expect((await server.send('GET', `${POLICIES}/applied`)).status).toBe(404);
  });

  it('needs a fieldManager', async () => {
    const { status } = await server.send(
      'PATCH',
      `${POLICIES}/applied`,
      policy('shop', 'applied'),
      'application/apply-patch+yaml',
    );
    expect(status).toBe(400);
  });
});
