import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Manifest } from '../../lab/kube.ts';
import { describeWaypoint } from '../../lab/topology/waypoint.ts';
import { describeIstiod } from '../../lab/topology/istiod.ts';
import { judgeStates } from './planOnLab.ts';
import {
  eventually,
  ingressGateway,
  openHarness,
  requireTokens,
  peerAuthentication,
  RBAC_DENIED,
  routeTo,
  settle,
  type Harness,
} from './support.ts';

type Labels = Record<string, string>;

const HOST = 'reports.example.com';
const USE = 'istio.io/use-waypoint';
const INGRESS = 'istio.io/ingress-use-waypoint';
const FOR = 'istio.io/waypoint-for';
const SERVICE = { namespace: 'ambient', name: 'reports' };
/** What of the lab a case changes; the rest is as it stands there. */
interface Case {
  service?: Labels;
  namespace?: Labels;
  waypoint?: { labels?: Labels; listener?: object };
}

const ASKED = { [USE]: 'waypoint', [INGRESS]: 'true' };
const named = (value: string): Case => ({
  service: { ...ASKED, [USE]: value },
});
const forTraffic = (value: string): Case => ({
  waypoint: { labels: { [FOR]: value } },
});
const ingress = (value: string): Case => ({
  service: { ...ASKED, [INGRESS]: value },
});
const allowing = (namespaces: object): Case => ({
  waypoint: { listener: { allowedRoutes: { namespaces } } },
});

/** Whether requests from the gateway pass the waypoint. */
const CASES: Record<string, [isPassed: boolean, Case]> = {
  'one that the Service names': [true, {}],
  'one for Services': [true, forTraffic('service')],
  'one for all traffic': [true, forTraffic('all')],
  'one for workloads': [false, forTraffic('workload')],
  'one for nothing': [false, forTraffic('none')],
  'one for what is no kind of traffic': [false, forTraffic('some')],
  'the name none': [false, named('none')],
  'one that is not there': [false, named('other')],
  'one of the namespace that is named': [
    true,
    { service: { ...ASKED, [`${USE}-namespace`]: 'ambient' } },
  ],
  'one of a namespace that has none': [
    false,
    { service: { ...ASKED, [`${USE}-namespace`]: 'default' } },
  ],
  "the namespace's": [
    true,
    { service: { [INGRESS]: 'true' }, namespace: { [USE]: 'waypoint' } },
  ],
  "the namespace's, at gateways too": [true, { service: {}, namespace: ASKED }],
  "none, whatever the namespace's is": [
    false,
    { ...named('none'), namespace: ASKED },
  ],
  'one that gateways are not asked to use': [
    false,
    { service: { [USE]: 'waypoint' } },
  ],
  'one that gateways are asked not to use': [
    false,
    { ...ingress('false'), namespace: ASKED },
  ],
  'one that gateways are asked to use in capitals': [true, ingress('TRUE')],
  'one that gateways are asked to use by a number': [true, ingress('1')],
  'one that gateways are asked to use by another word': [false, ingress('yes')],
  'one of its namespace alone': [true, allowing({ from: 'Same' })],
  'one for everybody': [true, allowing({ from: 'All' })],
  'one for other namespaces': [
    false,
    allowing({
      from: 'Selector',
      selector: { matchLabels: { team: 'other' } },
    }),
  ],
};

describe(
  'a gateway chooses as its waypoint',
  {
    skip: Boolean(process.env.LAB_KUBECONFIG),
  },
  () => {
    let h: Harness;
    const ask = () => h.atGateway(HOST);

    function describeCase({ service, namespace, waypoint }: Case): Manifest[] {
      const gateway = describeWaypoint();
      const [listener] = gateway.spec.listeners;
      return [
        {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: 'ambient', labels: namespace ?? {} },
        },
        {
          ...gateway,
          metadata: { ...gateway.metadata, labels: waypoint?.labels ?? {} },
          spec: {
            ...gateway.spec,
            listeners: [{ ...listener, ...waypoint?.listener }],
          },
        },
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { ...SERVICE, labels: service ?? ASKED },
          spec: {
            type: 'ClusterIP',
            selector: { app: 'reports' },
            ports: [{ name: 'http', port: 80, targetPort: 8080 }],
          },
        },
      ];
    }

    const judge = () => judgeStates(h, HOST, SERVICE);

    before(async () => {
      h = await openHarness();
      await h.lab.restartIstiod({ ambient: true });
      const targetRefs = [{ group: '', kind: 'Service', name: 'reports' }];
      await h.apply(
        peerAuthentication('istio-system', 'default', {
          mtls: { mode: 'STRICT' },
        }),
        ingressGateway('reports', [HOST]),
        routeTo('reports.ambient.svc.cluster.local', {
          name: 'reports',
          host: HOST,
          gateway: 'reports',
        }),
        ...requireTokens(h, 'ambient', 'reports', { targetRefs }),
      );
      await eventually(ask, 403, RBAC_DENIED);
    });
    after(async () => {
      await h.lab.kube.apply(describeCase({}));
      await h.cleanUp();
      await h.lab.restartIstiod();
    });

    async function check(isPassed: boolean, change: Case) {
      // From the other answer, so that the change itself is seen.
      await h.lab.kube.apply(describeCase(isPassed ? named('none') : {}));
      await eventually(ask, isPassed ? 200 : 403);
      await h.lab.kube.apply(describeCase(change));
      await settle(ask, isPassed ? 403 : 200);
      assert.deepEqual(await judge(), [isPassed ? 'enforced' : 'open']);
    }

    for (const [label, [isPassed, change]] of Object.entries(CASES)) {
      test(`${label}: ${isPassed ? 'passed' : 'not passed'}`, () =>
        check(isPassed, change));
    }

    async function checkPassedBy(ambient: boolean, setting: string) {
      await h.lab.kube.apply(describeCase({}));
      await h.lab.restartIstiod({ ambient: true });
      await eventually(ask, 403);
      const env = { [setting]: 'false' };
      await h.lab.restartIstiod({ ambient, env });
      await settle(ask, 200);
      const istiod = describeIstiod(h.lab, {
        PILOT_ENABLE_AMBIENT: 'true',
        ...env,
      });
      const states = await judgeStates(h, HOST, SERVICE, [istiod]);
      assert.deepEqual(states, ['unknown']);
    }
    for (const [label, ambient, setting] of [
      ['is not in ambient mode', false, 'PILOT_ENABLE_AMBIENT'],
      ['has gateways pass it by', true, 'ENABLE_INGRESS_WAYPOINT_ROUTING'],
    ] as const) {
      test(`none where istiod ${label}, for which the verdict is unknown`, () =>
        checkPassedBy(ambient, setting));
    }
  },
);
