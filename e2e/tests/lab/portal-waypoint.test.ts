import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { PortalBackend } from '../../lab/portal/PortalBackend.ts';
import { PortalApi, type Run } from '../../lab/soak/PortalApi.ts';
import { waitFor } from '../../lab/wait.ts';
import { readConfiguration } from './readConfiguration.ts';
import {
  eventually,
  expectAnswer,
  openHarness,
  RBAC_DENIED,
  type Harness,
} from './support.ts';
import { listOurs, ownLabOnly, removeOurs } from './portalSupport.ts';

const URL = 'http://reports.ambient.svc.cluster.local/';
const THROUGH = 'mesh.80';
const PAST = 'mesh.80.direct';

/** No ztunnel is here: a caller that brings its requests to the waypoint as ztunnel would. */
describe('a waypoint, by the portal on the lab', ownLabOnly, () => {
  let h: Harness;
  let portal: PortalBackend;
  let endCaller: () => Promise<void>;

  const fromCaller = (token?: string) => () =>
    h.fromPod('ambient/caller', { token, url: URL });

  before(async () => {
    h = await openHarness();
    await removeOurs(h);
    await h.lab.restartIstiod({ ambient: true });
    endCaller = await h.lab.startAmbientCaller();
    portal = await PortalBackend.start({ probers: ['ambient/caller'] });
    await eventually(fromCaller(), 200);
  });
  afterEach(() => removeOurs(h));
  after(async () => {
    await portal?.stop();
    await endCaller?.();
    await h.cleanUp();
    await h.lab.restartIstiod();
  });

  /** States of the ways in, by their ids. */
  async function readStates(): Promise<Record<string, string>> {
    const status = (await new PortalApi(portal).readStatus('reports')) as {
      services: { waysIn: { id: string; state: string }[] }[];
    };
    return Object.fromEntries(
      status.services.flatMap(({ waysIn }) =>
        waysIn.map(({ id, state }) => [id, state]),
      ),
    );
  }

  const expectStates = (wanted: Record<string, string>) =>
    waitFor(`the states ${JSON.stringify(wanted)}`, async () => {
      const seen = await readStates();
      assert.deepEqual(seen, wanted);
      return true;
    });

  async function probe(): Promise<Run> {
    const api = new PortalApi(portal);
    const started = await waitFor(
      'a run of our own',
      async () => {
        const answer = await api.startRun('reports');
        if (typeof answer !== 'number') return answer;
        // The probes that follow an operation still go on, or have just ended.
        assert.ok([409, 429].includes(answer), `refused: ${answer}`);
        return undefined;
      },
      { everyMs: 1000 },
    );
    return waitFor('the probes', async () => {
      const run = await api.readRun('reports', started.id);
      return run?.status === 'done' ? run : undefined;
    });
  }

  test('asks for a token, is seen to, and is put back as it was', async t => {
    const configuration = await readConfiguration(h);
    await expectStates({ [THROUGH]: 'open', [PAST]: 'open' });
    const api = await portal.open('reports');
    const plan = await api.plan({ kind: 'in-mesh', ids: [THROUGH] });
    assert.equal(plan.kind, 'planned', plan.reason);
    assert.equal(plan.pattern, 'waypoint');
    assert.match(plan.warnings?.join() ?? '', /pass by the waypoint/);

    const enabled = await api.run(plan);
    assert.equal(
      enabled.phase,
      'done',
      JSON.stringify([enabled.outcome, enabled.steps], null, 1),
    );
    await eventually(fromCaller(), 403, RBAC_DENIED);
    await eventually(fromCaller(await h.lab.sample.mint()), 200);
    await expectAnswer(fromCaller('junk'), 401);
    const ours = await listOurs(h);
    assert.deepEqual(
      ours.map(({ metadata, spec }) => [metadata?.namespace, spec.targetRefs]),
      ours.map(() => [
        'ambient',
        [{ group: '', kind: 'Service', name: 'reports' }],
      ]),
    );
    assert.equal(ours.length, 2);
    // As the plan warned: who has a sidecar does not come by the waypoint.
    await expectAnswer(() => h.fromPod('frontend', { url: URL }), 200);
    await expectStates({ [THROUGH]: 'enforced', [PAST]: 'open' });

    const { observations } = await probe();
    const count = (wanted: string) =>
      observations.filter(
        ({ wayInId, result }) => wayInId === THROUGH && result === wanted,
      ).length;
    t.diagnostic(`${count('agrees')} probes agree`);
    assert.equal(count('disagrees'), 0);
    assert.ok(count('agrees') > 30);

    const disabled = await api.run(await api.planDisable(enabled.id));
    assert.equal(disabled.phase, 'done', disabled.outcome);
    await eventually(fromCaller(), 200);
    assert.deepEqual(await readConfiguration(h), configuration);
  });

  test('is not planned for the way past it', async () => {
    const api = await portal.open('reports');
    const plan = await api.plan({ kind: 'in-mesh', ids: [PAST] });
    assert.equal(plan.kind, 'refused');
    assert.match(plan.reason ?? '', /No proxy stands on the way/);
  });
});
