import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assessService } from '../../lab/compare/engine.ts';
import type { Manifest } from '../../lab/kube.ts';
import { readMesh } from './planOnLab.ts';
import {
  authorizationPolicy,
  describeTokenPolicies,
  eventually,
  ingressApiGateway,
  openHarness,
  peerAuthentication,
  RBAC_DENIED,
  type Harness,
} from './support.ts';

const SERVICE = { namespace: 'default', name: 'backend' };
const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const HOST = 'api.sets.example.com';

const describeGateway = (allowed: object): Manifest =>
  ingressApiGateway('shared', { hostname: '*.own.example.com' }, allowed);

const SET: Manifest = {
  apiVersion: GATEWAY_API,
  kind: 'ListenerSet',
  metadata: { name: 'team', namespace: 'default' },
  spec: {
    parentRef: { name: 'shared', namespace: 'istio-system' },
    listeners: [{ name: 'http', protocol: 'HTTP', port: 80, hostname: HOST }],
  },
};

const ROUTE: Manifest = {
  apiVersion: GATEWAY_API,
  kind: 'HTTPRoute',
  metadata: { name: 'by-set', namespace: 'default' },
  spec: {
    parentRefs: [{ kind: 'ListenerSet', name: 'team' }],
    rules: [{ backendRefs: [{ name: 'backend', port: 80 }] }],
  },
};

describe('a ListenerSet', () => {
  let h: Harness;

  /** Istio 1.30.0 asks for a flag. */
  const isServed = () => h.lab.state.istioLine !== '1.30';

  before(async () => {
    h = await openHarness();
    if (!isServed()) return;
    await h.apply(
      peerAuthentication('istio-system', 'default', {
        mtls: { mode: 'STRICT' },
      }),
      describeGateway({ allowedListeners: { namespaces: { from: 'All' } } }),
      SET,
      ROUTE,
    );
    await eventually(() => h.atGateway(HOST), 200);
  });
  after(() => h.cleanUp());

  async function judge() {
    const mesh = await readMesh(h.lab.kube);
    return assessService(mesh, SERVICE)
      .waysIn.filter(({ kind }) => kind === 'gateway')
      .map(({ host, state }) => [host, state]);
  }

  test('is a way in by its Gateway, whose policies hold for it', async t => {
    if (!isServed()) {
      t.skip('not served on this line');
      return;
    }
    assert.deepEqual(await judge(), [[HOST, 'open']]);
    await h.apply(...describeTokenPolicies(h.jwtRule));
    await eventually(() => h.atGateway(HOST), 403, RBAC_DENIED);
    assert.deepEqual(await judge(), [[HOST, 'enforced']]);
    await h.remove(authorizationPolicy('istio-system', 'tokens', {}));
    await eventually(() => h.atGateway(HOST), 200);
  });

  test('is none where the Gateway lets nobody in, as it does by default', async t => {
    if (!isServed()) {
      t.skip('not served on this line');
      return;
    }
    await h.lab.kube.remove(describeGateway({}));
    await h.apply(describeGateway({}));
    await eventually(() => h.atGateway(HOST), 404);
    assert.deepEqual(await judge(), []);
  });
});
