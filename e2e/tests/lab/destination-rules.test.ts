import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  addToMeshConfig,
  describeMeshConfig,
} from '../../lab/compare/meshConfig.ts';
import type { Manifest } from '../../lab/kube.ts';
import { describeService } from '../../lab/topology/objects.ts';
import { BACKEND } from '../../lab/topology/workloads.ts';
import { judgeStates } from './planOnLab.ts';
import {
  eventually,
  ingressGateway,
  openHarness,
  peerAuthentication,
  routeTo,
  settle,
  type Harness,
} from './support.ts';

/** A Service of its own, so that no rule of another test is for it. */
const NAME = 'identified';
const HOST = `${NAME}.example.com`;

const OFF = { tls: { mode: 'DISABLE' } };
const ON = { tls: { mode: 'ISTIO_MUTUAL' } };
const BALANCED = { loadBalancer: { simple: 'RANDOM' } };
const FULL = `${NAME}.default.svc.cluster.local`;
let count = 0;
const rule = (
  trafficPolicy: object,
  {
    host = FULL,
    namespace = 'default',
    ...rest
  }: {
    host?: string;
    namespace?: string;
    exportTo?: string[];
    workloadSelector?: object;
  } = {},
): Manifest => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: `rule-${(count += 1)}`, namespace },
  spec: { host, trafficPolicy, ...rest },
});
const ofPort = (number: number, policy: object) => ({
  portLevelSettings: [{ port: { number }, ...policy }],
});

/** The ingress gateway is in the root namespace. */
const ROOT = { namespace: 'istio-system' };
const WIDE = { host: '*.local' };

/** Whether the gateway shows the sidecar, which is strict, an identity. */
const CASES: Record<string, [isShown: boolean, Manifest[]]> = {
  'a rule without TLS': [true, [rule(BALANCED)]],
  'mutual TLS': [true, [rule(ON)]],
  'no TLS': [false, [rule(OFF)]],
  'TLS without a mode': [false, [rule({ tls: {} })]],
  'no TLS by a short name': [false, [rule(OFF, { host: NAME })]],
  'no TLS by a wildcard': [false, [rule(OFF, WIDE)]],
  'no TLS for everything': [false, [rule(OFF, { host: '*' })]],
  'no TLS for another Service': [true, [rule(OFF, { host: 'echo' })]],
  'no TLS, not exported': [true, [rule(OFF, { exportTo: ['.'] })]],
  "no TLS, exported to the gateway's namespace": [
    false,
    [rule(OFF, { exportTo: ['istio-system'] })],
  ],
  "no TLS by the gateway's namespace": [false, [rule(OFF, ROOT)]],
  "no TLS by a short name of the gateway's namespace": [
    true,
    [rule(OFF, { ...ROOT, host: NAME })],
  ],
  'no TLS by another namespace': [true, [rule(OFF, { namespace: 'ambient' })]],
  "the whole name before a wildcard of the gateway's namespace": [
    true,
    [rule(OFF, { ...ROOT, ...WIDE }), rule(ON)],
  ],
  "what only the gateway's namespace sees before the whole name": [
    false,
    [rule(OFF, { ...ROOT, ...WIDE, exportTo: ['.'] }), rule(ON)],
  ],
  'the whole name, exported to others, before a wildcard': [
    true,
    [rule(OFF, WIDE), rule(ON, { exportTo: ['ambient'] })],
  ],
  'no TLS for some workloads': [
    true,
    [rule(OFF, { workloadSelector: { matchLabels: { app: 'echo' } } })],
  ],
  'the whole name before a wildcard': [true, [rule(OFF, WIDE), rule(ON)]],
  'the longer wildcard': [
    true,
    [rule(OFF, WIDE), rule(ON, { host: '*.svc.cluster.local' })],
  ],
  'no TLS on the port': [false, [rule(ofPort(80, OFF))]],
  'no TLS on another port': [true, [rule(ofPort(81, OFF))]],
  'no TLS but on the port, which does not say': [
    false,
    [rule({ ...OFF, ...ofPort(80, BALANCED) })],
  ],
  'TLS of its own but on the port, which does not say': [
    false,
    [rule({ tls: { mode: 'SIMPLE' }, ...ofPort(80, BALANCED) })],
  ],
  'mutual TLS but on the port, which does not say': [
    true,
    [rule({ ...ON, ...ofPort(80, BALANCED) })],
  ],
};

/** The same, where mutual TLS is used by those alone who ask for it. */
const BY_HAND: typeof CASES = {
  nothing: [false, []],
  'a rule without TLS': [false, [rule(BALANCED)]],
  'mutual TLS': [true, [rule(ON)]],
  'mutual TLS on another port': [false, [rule(ofPort(81, ON))]],
};

describe('how a gateway connects to a strict sidecar, by', () => {
  let h: Harness;
  const ask = () => h.atGateway(HOST);

  const judge = () =>
    judgeStates(h, HOST, { namespace: 'default', name: NAME }, [
      describeMeshConfig(),
    ]);

  async function check(isShown: boolean, rules: Manifest[], opposite: object) {
    // From the other answer, so that the change itself is seen.
    const first = rule(opposite, ROOT);
    try {
      await h.apply(first);
      await eventually(ask, isShown ? 503 : 200);
      if (rules.length > 0) await h.apply(...rules);
      await h.remove(first);
      await settle(ask, isShown ? 200 : 503);
      assert.deepEqual(await judge(), [isShown ? 'open' : 'over-blocked']);
    } finally {
      await h.remove(first, ...rules);
    }
  }

  before(async () => {
    h = await openHarness();
    const { mode, state } = h.lab;
    const [service, endpoints] = describeService(BACKEND, state.subnet, {
      service: NAME,
    });
    await h.apply(
      service,
      // A cluster has a controller that writes them.
      ...(mode === 'own' ? [endpoints] : []),
      peerAuthentication('istio-system', 'default', {
        mtls: { mode: 'STRICT' },
      }),
      ingressGateway(NAME, [HOST]),
      routeTo(NAME, { name: NAME, host: HOST, gateway: NAME }),
    );
    await eventually(ask, 200);
  });
  after(() => h.cleanUp());

  for (const [label, [isShown, rules]] of Object.entries(CASES)) {
    test(`${label}: ${isShown ? 'an identity' : 'none'}`, () =>
      check(isShown, rules, isShown ? OFF : ON));
  }

  describe(
    'where the Pod’s label refuses mutual TLS, by',
    {
      skip: Boolean(process.env.LAB_KUBECONFIG),
    },
    () => {
      const label = (mode: string) =>
        h.lab.kube.send(
          'PATCH',
          '/api/v1/namespaces/default/pods/backend',
          { metadata: { labels: { 'security.istio.io/tlsMode': mode } } },
          'application/merge-patch+json',
        );
      before(async () => {
        const { status, body } = await label('disabled');
        assert.equal(status, 200, body);
      });
      after(() => label('istio'));

      for (const [title, [isShown, rules]] of Object.entries(BY_HAND)) {
        test(`${title}: ${isShown ? 'an identity' : 'none'}`, () =>
          check(isShown, rules, isShown ? OFF : ON));
      }
    },
  );

  describe(
    'where mutual TLS is not automatic, by',
    {
      skip: Boolean(process.env.LAB_KUBECONFIG),
    },
    () => {
      let restore: () => void;
      before(async () => {
        restore = await addToMeshConfig('enableAutoMtls: false');
      });
      after(() => restore());

      for (const [label, [isShown, rules]] of Object.entries(BY_HAND)) {
        test(`${label}: ${isShown ? 'an identity' : 'none'}`, () =>
          check(isShown, rules, isShown ? OFF : ON));
      }
    },
  );
});
