import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assessService, parseObjects } from '../../lab/compare/engine.ts';
import type { Manifest } from '../../lab/kube.ts';
import { describeIstiod } from '../../lab/topology/istiod.ts';
import { readMesh } from './planOnLab.ts';
import {
  eventually,
  MANAGED_GATEWAY,
  openHarness,
  peerAuthentication,
  routeTo,
  settle,
  type Harness,
} from './support.ts';

const HOST = 'classic.example.com';
/** A Gateway of Istio's own kind that selects those proxies, and a route by it. */
function describeClassic(namespace: string): Manifest[] {
  const metadata = { name: 'classic', namespace };
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata,
      spec: {
        selector: { 'gateway.networking.k8s.io/gateway-name': 'backend-api' },
        servers: [
          {
            port: { number: 80, name: 'http', protocol: 'HTTP' },
            hosts: [HOST],
          },
        ],
      },
    },
    {
      ...routeTo('backend.default.svc.cluster.local', {
        name: 'classic',
        host: HOST,
        gateway: 'classic',
      }),
      metadata,
    },
  ];
}

describe(
  'a Gateway that selects proxies that Istio makes for the Gateway API',
  {
    skip: Boolean(process.env.LAB_KUBECONFIG),
  },
  () => {
    let h: Harness;
    const ask = () => h.lab.ask(h.lab.gateways.gatewayApi, '/', { host: HOST });

    async function judge(env?: Record<string, string>) {
      const mesh = await readMesh(h.lab.kube);
      for (const each of parseObjects([describeIstiod(h.lab, env)]).resources) {
        mesh.apply(each);
      }
      const { waysIn, findings } = assessService(mesh, {
        namespace: 'default',
        name: 'backend',
      });
      return {
        states: waysIn
          .filter(({ host }) => host === HOST)
          .map(({ state }) => state),
        isTold: findings.some(({ id }) => id === 'server-left-out'),
      };
    }

    before(async () => {
      h = await openHarness();
      await h.apply(
        peerAuthentication('istio-system', 'default', {
          mtls: { mode: 'STRICT' },
        }),
        MANAGED_GATEWAY,
        ...describeClassic('default'),
      );
      await eventually(ask, 200);
    });
    after(() => h.cleanUp());

    test('is served from their own namespace', async () => {
      assert.deepEqual(await judge(), { states: ['open'], isTold: false });
    });

    test('is left out from another since Istio 1.31, and told of', async t => {
      if (h.lab.state.istioLine === '1.30') {
        t.skip('served on this line');
        return;
      }
      await h.apply(...describeClassic('ambient'));
      await h.remove(...describeClassic('default'));
      await settle(ask, 404);
      assert.deepEqual(await judge(), { states: [], isTold: true });
      const env = { PILOT_ENABLE_STRICT_GATEWAY_MERGING: 'false' };
      t.after(() => h.lab.restartIstiod());
      await h.lab.restartIstiod({ env });
      await settle(ask, 200);
      assert.deepEqual(await judge(env), { states: ['open'], isTold: false });
    });
  },
);
