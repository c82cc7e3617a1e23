import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  assessService,
  parseObjects,
  type WayIn,
} from '../../lab/compare/engine.ts';
import {
  addToMeshConfig,
  describeMeshConfig,
} from '../../lab/compare/meshConfig.ts';
import type { Manifest } from '../../lab/kube.ts';
import { readMesh } from './planOnLab.ts';
import { ownLabOnly } from './portalSupport.ts';
import {
  authorizationPolicy,
  BACKEND_HOST,
  describeBaseMesh,
  eventually,
  INGRESS_SELECTOR,
  openHarness,
  RBAC_DENIED,
  requestAuthentication,
  type Harness,
} from './support.ts';

const SERVICE = { namespace: 'default', name: 'backend' };
const BACKEND_SELECTOR = { matchLabels: { app: SERVICE.name } };
const REVISION = 'istio.io/rev';
const ISTIOD: Manifest = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'istiod',
    namespace: 'istio-system',
    labels: { app: 'istiod', [REVISION]: 'default' },
  },
  spec: { containers: [{ name: 'discovery' }] },
};

/** What asks for a token, in the root namespace. */
function describePolicies(
  h: Harness,
  { where, labels = {} }: { where: object; labels?: Record<string, string> },
): Manifest[] {
  return [
    requestAuthentication(
      'istio-system',
      'sample',
      { ...where, jwtRules: [h.jwtRule] },
      { labels },
    ),
    authorizationPolicy(
      'istio-system',
      'tokens',
      {
        ...where,
        rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }],
      },
      { labels },
    ),
  ];
}

async function judge(h: Harness, kind: WayIn['kind'], more: Manifest[]) {
  const mesh = await readMesh(h.lab.kube);
  for (const each of parseObjects(more).resources) mesh.apply(each);
  const { waysIn, findings } = assessService(mesh, SERVICE);
  return {
    states: waysIn.filter(way => way.kind === kind).map(({ state }) => state),
    notRead: findings.filter(({ id }) => id === 'not-read').length,
  };
}

describe('policies for one revision of the control plane', ownLabOnly, () => {
  let h: Harness;
  const ofRevision = (revision: string) =>
    describePolicies(h, {
      where: { selector: INGRESS_SELECTOR },
      labels: { [REVISION]: revision },
    });

  before(async () => {
    h = await openHarness();
    await h.lab.restartIstiod({ revision: 'default' });
    await h.apply(...describeBaseMesh());
    await eventually(() => h.atGateway(BACKEND_HOST), 200);
  });
  after(async () => {
    await h.cleanUp();
    await h.lab.restartIstiod();
  });

  test('do nothing where another one runs', async () => {
    await h.apply(...ofRevision('default'));
    await eventually(() => h.atGateway(BACKEND_HOST), 403, RBAC_DENIED);
    assert.deepEqual(await judge(h, 'gateway', [ISTIOD]), {
      states: ['enforced'],
      notRead: 0,
    });
    await h.apply(...ofRevision('canary'));
    await eventually(() => h.atGateway(BACKEND_HOST), 200);
    assert.deepEqual(await judge(h, 'gateway', [ISTIOD]), {
      states: ['open'],
      notRead: 2,
    });
  });
});

describe('discoverySelectors', ownLabOnly, () => {
  let h: Harness;
  let restoreMeshConfig = () => {};
  const label = (name: string, team: string): Manifest => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { team } },
  });
  const ask = () => h.fromPod('frontend');
  const inMesh = () => judge(h, 'in-mesh', [describeMeshConfig()]);

  before(async () => {
    h = await openHarness();
    await h.apply(
      ...describeBaseMesh(),
      ...describePolicies(h, { where: { selector: BACKEND_SELECTOR } }),
    );
    await h.lab.kube.apply([
      label('default', 'shop'),
      label('istio-system', 'shop'),
    ]);
    await eventually(ask, 403, RBAC_DENIED);
    restoreMeshConfig = await addToMeshConfig(
      'discoverySelectors: [{matchLabels: {team: shop}}]',
    );
  });
  after(async () => {
    restoreMeshConfig();
    await h.cleanUp();
    await h.lab.kube.apply([label('default', ''), label('istio-system', '')]);
    await h.lab.restartIstiod();
  });

  test('that select the namespaces change nothing', async () => {
    await eventually(ask, 403, RBAC_DENIED);
    assert.deepEqual(await inMesh(), { states: ['enforced'], notRead: 0 });
  });

  test('that leave out the root namespace take its policies away', async () => {
    await h.lab.kube.apply(label('istio-system', 'bank'));
    await eventually(ask, 200);
    assert.deepEqual(await inMesh(), { states: ['open'], notRead: 3 });
  });
});
