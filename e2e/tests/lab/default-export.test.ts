import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { assessService, parseObjects } from '../../lab/compare/engine.ts';
import {
  addToMeshConfig,
  describeMeshConfig,
} from '../../lab/compare/meshConfig.ts';
import type { Manifest } from '../../lab/kube.ts';
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

    async function check(
      exportTo: string,
      reaches: boolean,
      ...steps: Manifest[]
    ) {
      restoreMeshConfig = await addToMeshConfig(
        `defaultVirtualServiceExportTo: [${exportTo}]`,
      );
      await applyInTurn(
        h,
        steps.map(step => [step]),
      );
      await settle(() => h.atGateway(HOST), reaches ? 200 : 404);
      const mesh = await readMesh(h.lab.kube);
      for (const each of parseObjects([describeMeshConfig()]).resources) {
        mesh.apply(each);
      }
      const { waysIn } = assessService(mesh, SERVICE);
      const found = waysIn.filter(
        ({ gateway }) => gateway?.name === GATEWAY.name,
      );
      assert.equal(found.length, reaches ? 1 : 0);
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
      await h.remove(toBackend, beside);
    });
    after(() => h.cleanUp());

    test('for all leads there', () => check('"*"', true, toBackend));
    test('for its own namespace does not', () =>
      check('"."', false, toBackend));
    test('for the gateway’s namespace leads there', () =>
      check('istio-system', true, toBackend));
    test('is of the namespace of an older one that it is merged with', () =>
      check('"."', true, beside, toBackend));
    test('keeps its own beside a younger one', () =>
      check('"."', false, toBackend, beside));
  },
);
