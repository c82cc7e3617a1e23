import { TestDatabases } from '@backstage/backend-test-utils';
import { PlannedEnablementView } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { parse } from 'yaml';
import {
  demoEntity,
  EnablementHarness,
  Replica,
  ReplicaOptions,
} from '../../__testUtils__/EnablementHarness';
import { eventually } from '../../testing/FakeApiServer';
import { Operation } from '../operation';

const REVIEWS = demoEntity('reviews');
const BY_PULL_REQUEST = {
  writeMode: 'pull-request',
  pullRequest: { repoUrl: 'github.com?owner=shop&repo=clusters' },
};
const URL = 'https://github.com/shop/clusters/pull/7';

/** Somebody else writes, as Argo CD would; the portal only looks. */
describe('proposals', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let knex: Knex;
  let harness: EnablementHarness;

  beforeAll(async () => {
    knex = await databases.init('SQLITE_3');
    harness = await EnablementHarness.start(knex);
  });

  afterEach(async () => {
    await harness.settle();
    await harness.reset();
  });

  afterAll(() => harness.stop());

  const start = (options: ReplicaOptions = {}) =>
    harness.startReplica({
      ...options,
      enablement: { ...BY_PULL_REQUEST, ...options.enablement },
    });

  async function plan(replica: Replica): Promise<PlannedEnablementView> {
    const made = await harness.plan(replica, 'reviews');
    if (made.kind !== 'planned') throw new Error(made.reason);
    return made;
  }

  async function propose(replica: Replica): Promise<PlannedEnablementView> {
    const made = await plan(replica);
    await replica.service.propose(
      REVIEWS,
      made.planId,
      harness.caller(),
      `${URL}?token=s3cret#x`,
    );
    return made;
  }

  async function merge(
    replica: Replica,
    changes: PlannedEnablementView['changes'],
    edit: (object: any) => void = () => {},
  ): Promise<void> {
    for (const { ref, after } of changes) {
      const { kind, namespace = '', name } = ref;
      const url = harness.url(kind, namespace, name);
      if (after) {
        const object = parse(after);
        object.metadata.annotations['argocd.argoproj.io/tracking-id'] = 'x';
        edit(object);
        const response = await fetch(`${url}?fieldManager=argocd&force=true`, {
          method: 'PATCH',
          headers: { 'content-type': 'application/apply-patch+yaml' },
          body: JSON.stringify(object),
        });
        expect(response.ok).toBe(true);
      } else {
        await fetch(url, { method: 'DELETE' });
      }
      const { mesh } = replica.registry.get('sandbox')!;
      await eventually(() => {
        if (Boolean(mesh.get(ref)) !== Boolean(after)) {
          throw new Error('The portal has not seen it yet');
        }
      });
    }
  }

  async function get(replica: Replica, id: string): Promise<Operation> {
    return (await replica.service.get(REVIEWS, id)).operation;
  }

  it('are done once they stand in the cluster and proxies answer as planned, and are taken back the same way', async () => {
    const replica = await start();
    const before = await harness.readPolicies();
    const made = await propose(replica);
    expect(made.writing).toEqual({
      mode: 'pull-request',
      reason: expect.stringMatching(/writeMode: pull-request/),
      template: 'template:default/istio-jwt-pull-request',
      directory: 'istio-jwt',
      repoUrl: 'github.com?owner=shop&repo=clusters',
    });
    await replica.watcher.look();
    expect(await get(replica, made.planId)).toMatchObject({
      phase: 'proposed',
      outcome: 'Nothing of it stands in the cluster yet.',
      proposal: { url: URL },
    });
    expect(await harness.readPolicies()).toEqual(before);
    const options = await replica.service.getOptions(REVIEWS, {
      create: true,
      approve: true,
    });
    expect(options.running).toBeUndefined();
    expect(options.proposed).toEqual({ enablementId: made.planId });

    await merge(replica, made.changes.slice(0, 1));
    await replica.watcher.look();
    expect(await get(replica, made.planId)).toMatchObject({
      phase: 'proposed',
      outcome: '1 of 2 objects stand as planned.',
    });

    await merge(replica, made.changes.slice(1));
    await replica.watcher.look();
    const done = await harness.waitFor(replica, 'reviews', made.planId, [
      'done',
      'proposed',
    ]);
    expect([done.phase, done.outcome]).toEqual(['done', undefined]);
    expect(done.steps.map(({ id }) => id)).toEqual([
      'merged',
      'verify',
      'settle',
    ]);
    expect(
      done.steps[1].evidence.filter(
        item => item.kind === 'probe' && item.result === 'agrees',
      ).length,
    ).toBeGreaterThan(3);
    expect(await harness.ask('reviews.example.com')).toBe(403);

    const back = await harness.disable(replica, 'reviews', made.planId);
    expect(back.writing.mode).toBe('pull-request');
    await replica.service.propose(
      REVIEWS,
      back.planId,
      harness.caller(),
      undefined,
    );
    await merge(replica, back.changes);
    await replica.watcher.look();
    await harness.waitFor(replica, 'reviews', back.planId, ['done']);
    expect(await harness.ask('reviews.example.com')).toBe(200);
    expect(await harness.readPolicies()).toEqual(before);
  });

  it('wait again where they cannot be proved, and nothing of what was merged is taken back', async () => {
    const blind = await start({ probes: false });
    const made = await propose(blind);
    await merge(blind, made.changes);
    const merged = await harness.readPolicies();
    await blind.watcher.look();
    await harness.waitFor(blind, 'reviews', made.planId, ['proposed']);
    const tried = await get(blind, made.planId);
    expect(tried.outcome).toMatch(
      /^It stands in the cluster, and could not be proved: Probes are switched off/,
    );
    expect(tried.proposal).toMatchObject({ tries: 1, url: URL });
    expect(await harness.readPolicies()).toEqual(merged);
    await blind.stop();

    const seeing = await start();
    await seeing.watcher.look();
    expect((await get(seeing, made.planId)).phase).toBe('proposed');
    tried.proposal!.retryAt = 0;
    await knex('istio_jwt_enablements')
      .where({ id: made.planId })
      .update({ operation: JSON.stringify(tried) });
    await seeing.watcher.look();
    await harness.waitFor(seeing, 'reviews', made.planId, ['done']);
  });

  it('are not proved by configuration that proxies answer otherwise', async () => {
    const replica = await start({ enablement: { deadlines: {} } });
    const made = await propose(replica);
    // Whatever stands in front lets everybody in, as far as the plan says.
    const stored = await get(replica, made.planId);
    stored.checks = stored.checks.map(check =>
      check.kind === 'no-token'
        ? { ...check, after: '401 Jwt is missing' }
        : check,
    );
    await knex('istio_jwt_enablements')
      .where({ id: made.planId })
      .update({ operation: JSON.stringify(stored) });
    await replica.stop();
    const quick = await start({
      enablement: { deadlines: { propagation: '500ms' } },
    });
    await merge(quick, made.changes);
    await quick.watcher.look();
    await eventually(async () => {
      expect((await get(quick, made.planId)).outcome).toMatch(
        /could not be proved: reviews\.example\.com.*“No token” is answered 403 RBAC: access denied; expected was 401/,
      );
    });
    expect((await get(quick, made.planId)).phase).toBe('proposed');
    expect(await harness.ask('reviews.example.com')).toBe(403);
  });

  it('say where something else was merged', async () => {
    const replica = await start();
    const made = await propose(replica);
    await merge(replica, made.changes, object => {
      object.spec.action = object.spec.action && 'AUDIT';
    });
    await replica.watcher.look();
    const { phase, outcome } = await get(replica, made.planId);
    expect(phase).toBe('proposed');
    expect(outcome).toMatch(
      /^AuthorizationPolicy edge\/istio-jwt-.* stands, and not as planned\.$/,
    );
  });

  it('end when they are withdrawn, when a newer one takes their place, and when their time is over', async () => {
    const replica = await start();
    const first = await propose(replica);
    const second = await propose(replica);
    expect(await get(replica, first.planId)).toMatchObject({
      phase: 'withdrawn',
      outcome: `Proposal ${second.planId} took its place.`,
    });
    const { operation } = await replica.service.cancel(
      REVIEWS,
      second.planId,
      harness.caller(),
    );
    expect([operation.phase, operation.outcome]).toEqual([
      'withdrawn',
      expect.stringMatching(/The portal wrote nothing/),
    ]);
    await replica.stop();

    const hasty = await start({ enablement: { deadlines: { merge: '1ms' } } });
    const third = await propose(hasty);
    await eventually(async () => {
      await hasty.watcher.look();
      expect((await get(hasty, third.planId)).phase).toBe('expired');
    });
    expect((await get(hasty, third.planId)).outcome).toMatch(
      /^Nothing of it stands in the cluster yet\. Its time is over/,
    );
    await hasty.service.cleanUp(-60_000);
    await expect(get(hasty, third.planId)).rejects.toThrow(/No enablement/);
  });

  it('are for whoever made the plan, and for plans that the portal does not write', async () => {
    const replica = await start();
    const made = await plan(replica);
    const read = (name: string) =>
      replica.service.readPlan(REVIEWS, made.planId, harness.caller(name));
    expect(await read('user:default/alice')).toMatchObject({
      planId: made.planId,
      changes: made.changes,
      effects: made.effects,
    });
    await expect(read('user:default/mallory')).rejects.toThrow(/no such plan/);
    await expect(
      replica.service.propose(
        REVIEWS,
        made.planId,
        harness.caller('user:default/mallory'),
        undefined,
      ),
    ).rejects.toThrow(/no such plan/);
    for (const url of [
      // eslint-disable-next-line no-script-url
      'javascript:alert(1)',
      'https://user:pass@github.com/x',
      `https://github.com/${'x'.repeat(2000)}`,
    ]) {
      await expect(
        replica.service.propose(REVIEWS, made.planId, harness.caller(), url),
      ).rejects.toThrow(/url is no http or https address/);
    }
    await expect(
      replica.service.start(REVIEWS, made.planId, harness.caller()),
    ).rejects.toThrow(/does not write this itself.*pull requests/);
    await replica.stop();

    const direct = await start({ enablement: { writeMode: 'direct' } });
    const own = await plan(direct);
    await expect(
      direct.service.propose(REVIEWS, own.planId, harness.caller(), undefined),
    ).rejects.toThrow(/writes this plan itself/);
  });

  it('are the way for places that Argo CD keeps, and for what Helm would put back', async () => {
    const mark = (path: string, metadata: object) =>
      fetch(`${harness.sandbox.apiUrl}${path}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({ metadata }),
      });
    const replica = await start({ enablement: { writeMode: 'direct' } });
    const gateway =
      '/apis/networking.istio.io/v1/namespaces/edge/gateways/shared-gateway';
    await mark(gateway, {
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    });
    // Helm leaves alone what is not of its release.
    expect((await plan(replica)).writing).toEqual({ mode: 'direct' });
    const id = await harness.begin(replica, 'reviews');
    const { changes } = await harness.waitFor(replica, 'reviews', id, ['done']);
    const [{ ref }] = changes;
    await harness.edit('PATCH', [ref.kind, ref.namespace, ref.name], {
      metadata: { annotations: { 'meta.helm.sh/release-name': 'edge' } },
    });
    await eventually(async () => {
      const back = await harness.disable(replica, 'reviews', id);
      expect(back.writing).toMatchObject({
        mode: 'pull-request',
        reason: expect.stringMatching(
          /^RequestAuthentication edge\/.* belongs to the Helm release edge/,
        ),
      });
    });
    await harness.reset();
    await mark(gateway, {
      annotations: { 'argocd.argoproj.io/tracking-id': 'edge:gw' },
    });
    await eventually(async () => {
      expect((await plan(replica)).writing).toMatchObject({
        mode: 'pull-request',
        reason: expect.stringMatching(/^Argo CD/),
        repoUrl: 'github.com?owner=shop&repo=clusters',
      });
    });
  });
});
