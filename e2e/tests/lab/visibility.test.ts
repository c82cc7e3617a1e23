import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Manifest } from '../../lab/kube.ts';
import { describeEndpoints } from '../../lab/topology/objects.ts';
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

const NAME = 'shown';
const HOST = `${NAME}.example.com`;
const SERVICE = { namespace: 'default', name: NAME };

/** What a case changes of a Service, its route and their Gateway. */
interface Case {
  /** The Service's annotation. */
  service?: string;
  route?: object;
  servers?: string[];
  gateways?: string[];
}

/** Whether the gateway, which is in the root namespace, leads to the Service. */
const CASES: Record<string, [leads: boolean, Case]> = {
  nothing: [true, {}],
  'a Service for all': [true, { service: '*' }],
  'a Service for its own namespace': [false, { service: '.' }],
  'a Service for nobody': [false, { service: '~' }],
  'a Service for the gateway’s namespace': [true, { service: 'istio-system' }],
  'a Service for that and others': [true, { service: 'x, istio-system' }],
  'a Service for another namespace': [false, { service: 'ambient' }],
  'a route for all': [true, { route: { exportTo: ['*'] } }],
  'a route for its own namespace': [false, { route: { exportTo: ['.'] } }],
  'a route for the gateway’s namespace': [
    true,
    { route: { exportTo: ['istio-system'] } },
  ],
  'a route for another namespace': [
    false,
    { route: { exportTo: ['ambient'] } },
  ],
  'a Gateway for routes of its namespace': [true, { servers: [`./${HOST}`] }],
  'a Gateway for routes of the route’s namespace': [
    true,
    { servers: [`default/${HOST}`] },
  ],
  'a Gateway for routes of all namespaces': [true, { servers: [`*/${HOST}`] }],
  'a Gateway for routes of another namespace': [
    false,
    { servers: [`ambient/${HOST}`] },
  ],
  'a Gateway for a wildcard': [true, { servers: ['*.example.com'] }],
  'a Gateway for a wildcard of routes of its namespace': [
    true,
    { servers: ['./*'] },
  ],
  'a Gateway for a longer host': [false, { servers: [`a.${HOST}`] }],
  'the Gateway by its whole name': [true, { gateways: [`default/${NAME}`] }],
  'the Gateway by the name of a host': [
    true,
    { gateways: [`${NAME}.default.svc.cluster.local`] },
  ],
  'a Gateway of another namespace': [false, { gateways: [`ambient/${NAME}`] }],
  'the mesh alone': [false, { gateways: ['mesh'] }],
  'the mesh too': [true, { gateways: ['mesh', NAME] }],
};

describe('a gateway leads to a Service with', () => {
  let h: Harness;
  const ask = () => h.atGateway(HOST);

  function describeCase(change: Case): Manifest[] {
    const { service, route, servers = [HOST], gateways = [NAME] } = change;
    const byRoute = routeTo(NAME, { name: NAME, host: HOST, gateway: NAME });
    return [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          ...SERVICE,
          annotations: service
            ? { 'networking.istio.io/exportTo': service }
            : {},
        },
        spec: {
          selector: { app: 'backend' },
          ports: [{ name: 'http', port: 80, targetPort: 8080 }],
        },
      },
      ingressGateway(NAME, servers),
      { ...byRoute, spec: { ...byRoute.spec, gateways, ...route } },
    ];
  }

  const judge = () => judgeStates(h, HOST, SERVICE);

  async function check(leads: boolean, change: Case) {
    // From the other answer, so that the change itself is seen.
    const closed = { service: '~', gateways: [`ambient/${NAME}`] };
    await h.apply(...describeCase(leads ? closed : {}));
    await eventually(ask, leads ? 404 : 200);
    await h.apply(...describeCase(change));
    if (leads) await settle(ask, 200);
    else await settle(async () => asClosed(await ask()), 404);
    assert.deepEqual(await judge(), leads ? ['open'] : []);
  }

  before(async () => {
    h = await openHarness();
    await h.apply(
      peerAuthentication('istio-system', 'default', {
        mtls: { mode: 'STRICT' },
      }),
      describeEndpoints(NAME, BACKEND, h.lab.state.subnet, [
        { name: 'http', port: 8080 },
      ]),
    );
  });
  after(() => h.cleanUp());

  for (const [label, [leads, change]] of Object.entries(CASES)) {
    test(`${label}: ${leads ? 'yes' : 'no'}`, () => check(leads, change));
  }
});

/** A gateway without the route says 404; one that has it and may not see the Service 503. */
function asClosed<T extends { status: number }>(answer: T): T {
  return answer.status === 503 ? { ...answer, status: 404 } : answer;
}
