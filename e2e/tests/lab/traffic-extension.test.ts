import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { compileProxy, Mesh, parseObjects } from '../../lab/compare/engine.ts';
import type { Manifest } from '../../lab/kube.ts';
import {
  BACKEND_HOST,
  describeBaseMesh,
  eventually,
  INGRESS_SELECTOR,
  openHarness,
} from './support.ts';
import type { Harness } from './support.ts';

const API = 'extensions.istio.io/v1alpha1';
const BY_LUA = 299;

/** Lua that answers every request, in place of whatever the policies say. */
const EXTENSION: Manifest = {
  apiVersion: API,
  kind: 'TrafficExtension',
  metadata: { name: 'answers', namespace: 'istio-system' },
  spec: {
    selector: INGRESS_SELECTOR,
    phase: 'AUTHN',
    lua: {
      inlineCode: `function envoy_on_request(handle) handle:respond({[":status"]="${BY_LUA}"}, "") end`,
    },
  },
};

describe('a TrafficExtension', () => {
  let h: Harness;
  before(async () => {
    h = await openHarness();
    await h.apply(...describeBaseMesh());
    await eventually(() => h.atGateway(BACKEND_HOST), 200);
  });
  after(() => h.cleanUp());

  test('runs code in the proxies that it selects, which the engine says of them', async t => {
    const served = await h.lab.kube.send(
      'GET',
      `/apis/${API}/trafficextensions`,
    );
    if (served.status === 404) {
      t.skip('this Istio has no such kind');
      return;
    }
    await h.apply(EXTENSION);
    await eventually(() => h.atGateway(BACKEND_HOST), BY_LUA);
    await h.remove(EXTENSION);
    await eventually(() => h.atGateway(BACKEND_HOST), 200);

    const mesh = new Mesh();
    parseObjects([EXTENSION]).resources.forEach(each => mesh.apply(each));
    const { opaque } = compileProxy(mesh, {
      kind: 'gateway',
      namespace: 'istio-system',
      name: 'istio-ingressgateway',
      labels: INGRESS_SELECTOR.matchLabels,
    });
    assert.deepEqual(opaque, [
      'TrafficExtension istio-system/answers runs code in this proxy',
    ]);
  });
});
