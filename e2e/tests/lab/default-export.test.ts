import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { assessService, parseObjects } from '../../lab/compare/engine.ts';
import {
  addToMeshConfig,
  describeMeshConfig,
} from '../../lab/compare/meshConfig.ts';
import type { Manifest } from '../../lab/kube.ts';
import { describeIstiod } from '../../lab/topology/istiod.ts';
import { readMesh } from './planOnLab.ts';
import { ownLabOnly } from './portalSupport.ts';
import {
  applyInTurn,
  describeBaseMesh,
  ingressApiGateway,
  openHarness,
  settle,
  type Harness,
} from './support.ts';

const HOST = 'by-default.example.com';
const GROUP = 'gateway.networking.k8s.io';
const SERVICE = { namespace: 'default', name: 'backend' };
const GATEWAY = { name: 'by-default', namespace: 'istio-system' };
const EXACT = { matches: [{ path: { type: 'Exact', value: '/nothing' } }] };

const route = (namespace: string, rule: object): Manifest => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'HTTPRoute',
  metadata: { name: 'by-default', namespace },
  spec: { parentRefs: [GATEWAY], hostnames: [HOST], rules: [rule] },
});
const toBackend = route('default', {
  backendRefs: [{ name: SERVICE.name, port: 80 }],
});
/** Of the namespace of the gateway's proxies, for another path. */
const beside = route('istio-system', EXACT);

describe(
  'a route of the Gateway API, by the mesh config’s default,',
  ownLabOnly,
  () => {
    let h: Harness;
    let restoreMeshConfig = () => {};

    /** @param more - what the engine must know of istiod */
    async function check(
      reaches: boolean,
      steps: Manifest[],
      more: Manifest[] = [],
    ) {
      await applyInTurn(
        h,
        steps.map(step => [step]),
      );
      await settle(() => h.atGateway(HOST), reaches ? 200 : 404);
      const mesh = await readMesh(h.lab.kube);
      for (const each of parseObjects([describeMeshConfig(), ...more])
        .resources) {
        mesh.apply(each);
      }
      const { waysIn } = assessService(mesh, SERVICE);
      const found = waysIn.filter(
        ({ gateway }) => gateway?.name === GATEWAY.name,
      );
      assert.deepEqual(
        found.map(({ state }) => state),
        reaches ? ['open'] : [],
      );
    }
    async function checkDefault(
      exportTo: string,
      reaches: boolean,
      ...steps: Manifest[]
    ) {
      restoreMeshConfig = await addToMeshConfig(
        `defaultVirtualServiceExportTo: [${exportTo}]`,
      );
      await check(reaches, steps);
    }

    before(async () => {
      h = await openHarness();
      await h.apply(
        ...describeBaseMesh(),
        ingressApiGateway(GATEWAY.name, {
          allowedRoutes: { namespaces: { from: 'All' } },
        }),
      );
    });
    afterEach(async () => {
      restoreMeshConfig();
      restoreMeshConfig = () => {};
      await h.remove(toBackend, beside);
    });
    after(async () => {
      await h.cleanUp();
      await h.lab.restartIstiod();
    });

    test('for all leads there', () => checkDefault('"*"', true, toBackend));
    test('for its own namespace does not', () =>
      checkDefault('"."', false, toBackend));
    test('for the gateway’s namespace leads there', () =>
      checkDefault('istio-system', true, toBackend));
    test('is of the namespace of an older one that it is merged with', () =>
      checkDefault('"."', true, beside, toBackend));
    test('keeps its own beside a younger one', () =>
      checkDefault('"."', false, toBackend, beside));

    test('which mesh config may say that istiod reads before its own', async () => {
      const shared: Manifest = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'istio-shared', namespace: 'istio-system' },
        data: { mesh: 'defaultVirtualServiceExportTo: ["."]' },
      };
      const env = { SHARED_MESH_CONFIG: shared.metadata!.name! };
      const more = [shared, describeIstiod(h.lab, env)];
      await h.apply(shared);
      await h.lab.restartIstiod({ env });
      await check(false, [toBackend], more);
      restoreMeshConfig = await addToMeshConfig(
        'defaultVirtualServiceExportTo: ["*"]',
      );
      // istiod 1.31 keeps what it made of a route under another default.
      await h.remove(toBackend);
      await check(true, [toBackend], more);
    });
  },
);
