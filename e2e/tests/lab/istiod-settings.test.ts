import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Manifest } from '../../lab/kube.ts';
import type { Answer } from '../../lab/client.ts';
import { describeIstiod } from '../../lab/topology/istiod.ts';
import { judgeStates } from './planOnLab.ts';
import {
  eventually,
  ingressGateway,
  INGRESS_SELECTOR,
  MANAGED_GATEWAY,
  openHarness,
  peerAuthentication,
  RBAC_DENIED,
  requireTokens,
  routeTo,
  settle,
  type Harness,
} from './support.ts';

const API = 'gateway.networking.k8s.io';
const BACKEND = 'backend.default.svc.cluster.local';
/** A host of each Gateway: where the proxies are, elsewhere, and of the Gateway API. */
const NEAR = 'near.example.com';
const FAR = 'far.example.com';
const BY_API = 'api.example.com';

const inSystem = (object: Manifest): Manifest => ({
  ...object,
  metadata: { ...object.metadata, namespace: 'istio-system' },
});

const BY_API_ROUTE: Manifest = {
  apiVersion: `${API}/v1`,
  kind: 'HTTPRoute',
  metadata: { name: 'backend', namespace: 'default' },
  spec: {
    parentRefs: [{ name: 'backend-api' }],
    hostnames: [BY_API],
    rules: [{ backendRefs: [{ name: 'backend', port: 80 }] }],
  },
};

describe(
  'what istiod makes of its objects hangs on its environment:',
  { skip: Boolean(process.env.LAB_KUBECONFIG) },
  () => {
    let h: Harness;
    const ask = (host: string, token?: string): Promise<Answer> =>
      host === BY_API
        ? h.lab.ask(h.lab.gateways.gatewayApi, '/', { host })
        : h.atGateway(host, { token });
    const judge = (host: string, env: Record<string, string>) =>
      judgeStates(h, host, undefined, [describeIstiod(h.lab, env)]);

    before(async () => {
      h = await openHarness();
      await h.apply(
        peerAuthentication('istio-system', 'default', {
          mtls: { mode: 'STRICT' },
        }),
        inSystem(ingressGateway('near', [NEAR])),
        ingressGateway('far', [FAR]),
        routeTo(BACKEND, {
          name: 'near',
          host: NEAR,
          gateway: 'istio-system/near',
        }),
        routeTo(BACKEND, { name: 'far', host: FAR, gateway: 'far' }),
        MANAGED_GATEWAY,
        BY_API_ROUTE,
        ...requireTokens(h, 'istio-system', 'tokens', {
          selector: INGRESS_SELECTOR,
        }),
        ...requireTokens(h, 'default', 'tokens', {
          selector: { matchLabels: { [`${API}/gateway-name`]: 'backend-api' } },
        }),
      );
      for (const host of [NEAR, FAR, BY_API]) {
        await eventually(() => ask(host), 403, RBAC_DENIED);
      }
    });
    after(async () => {
      await h.cleanUp();
      await h.lab.restartIstiod();
    });

    test('by default all is served, and all policies hold', async () => {
      for (const host of [NEAR, FAR, BY_API]) {
        assert.deepEqual(await judge(host, {}), ['enforced'], host);
      }
    });

    /** Status and state by host. */
    const CASES: [
      env: Record<string, string>,
      seen: Record<string, [number, string[]]>,
    ][] = [
      [
        { PILOT_SCOPE_GATEWAY_TO_NAMESPACE: 'true' },
        {
          // The policy of the proxy answers whoever has no token.
          [FAR]: [403, []],
          [NEAR]: [403, ['enforced']],
          [BY_API]: [403, ['enforced']],
        },
      ],
      [
        { ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY: 'false' },
        {
          [BY_API]: [200, ['unknown']],
          [NEAR]: [403, ['enforced']],
          [FAR]: [403, ['enforced']],
        },
      ],
      [
        { PILOT_IGNORE_RESOURCES: '*.security.istio.io' },
        {
          [NEAR]: [200, ['unknown']],
          [FAR]: [200, ['unknown']],
          [BY_API]: [200, ['unknown']],
        },
      ],
    ];
    async function check(
      env: Record<string, string>,
      seen: Record<string, [number, string[]]>,
    ) {
      await h.lab.restartIstiod({ env });
      for (const [host, [status, states]] of Object.entries(seen)) {
        await settle(() => ask(host), status);
        assert.deepEqual(await judge(host, env), states, host);
      }
      const isServed = seen[FAR][1].length > 0;
      await eventually(() => ask(FAR, h.lab.sampleToken), isServed ? 200 : 404);
      await eventually(() => ask(NEAR, h.lab.sampleToken), 200);
    }
    for (const [env, seen] of CASES) {
      const [label] = Object.entries(env).map(pair => pair.join('='));
      test(label, () => check(env, seen));
    }
  },
);
