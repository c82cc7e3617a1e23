import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Manifest } from '../../lab/kube.ts';
import { sleep } from '../../lab/wait.ts';
import { BACKEND_HOST, ECHO_HOST } from './support.ts';
import { ownLabOnly, usePortal } from './portalSupport.ts';

const WINDOW_S = 5;
const ROLE = { name: 'portal-shadow', namespace: 'istio-system' };

/** What the documentation of `portForward` asks for. */
const GRANT: Manifest[] = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: ROLE,
    rules: [
      {
        apiGroups: [''],
        resources: ['pods/portforward'],
        verbs: ['get', 'create'],
      },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: ROLE,
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'Role',
      name: ROLE.name,
    },
    subjects: [
      { kind: 'ServiceAccount', name: 'backstage', namespace: 'backstage' },
    ],
  },
];

describe('real traffic while a policy is tried on the lab', ownLabOnly, () => {
  const used = usePortal({
    portForward: true,
    deadlines: { shadow: `${WINDOW_S}s` },
  });
  before(() => used.h.lab.kube.apply(GRANT));
  after(() => used.h.lab.kube.remove(GRANT));

  /** Enables, with so much traffic all the time, and hands back what was counted. */
  async function enableUnder(
    traffic: { host: string; token?: string }[],
  ): Promise<{ note: string; denied: number; allowed: number }> {
    const { h, portal } = used;
    let isOver = false;
    const asking = traffic.map(async ({ host, token }) => {
      while (!isOver) {
        await h.atGateway(host, { token });
        await sleep(100);
      }
    });
    const api = await portal.open('backend');
    const id = await api.start(
      await api.plan({ kind: 'gateway', hosts: [BACKEND_HOST] }),
    );
    const done = await api.waitForEnd(id);
    isOver = true;
    await Promise.all(asking);
    assert.equal(done.phase, 'done', done.outcome);
    assert.equal((await api.run(await api.planDisable(id))).phase, 'done');
    const note = JSON.stringify(
      done.steps.find(step => step.id === 'shadow-counted')?.evidence,
    );
    const [, denied, allowed] =
      /refused (\d+) and let (\d+) pass/.exec(note) ?? [];
    return { note, denied: Number(denied), allowed: Number(allowed) };
  }

  test('callers without a token are counted, and that they will be refused is said', async t => {
    const { note, denied, allowed } = await enableUnder([
      { host: BACKEND_HOST },
      { host: BACKEND_HOST, token: await used.h.lab.sample.mint() },
    ]);
    t.diagnostic(note);
    assert.ok(denied > 10, note);
    assert.ok(allowed > 10, note);
    assert.match(note, /Whoever sends these will be refused/);
  });

  test('callers with a token, and those of neighbours, would be let through', async t => {
    const { note, denied, allowed } = await enableUnder([
      { host: ECHO_HOST },
      { host: BACKEND_HOST, token: await used.h.lab.sample.mint() },
    ]);
    t.diagnostic(note);
    assert.equal(denied, 0, note);
    assert.ok(allowed > 10, note);
  });
});
