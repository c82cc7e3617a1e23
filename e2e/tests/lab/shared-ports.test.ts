import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assessService } from '../../lab/compare/engine.ts';
import type { Manifest } from '../../lab/kube.ts';
import { describeEndpoints } from '../../lab/topology/objects.ts';
import { BACKEND } from '../../lab/topology/workloads.ts';
import { readMesh } from './planOnLab.ts';
import {
  authorizationPolicy,
  eventually,
  ingressGateway,
  openHarness,
  peerAuthentication,
  RBAC_DENIED,
  requestAuthentication,
  routeTo,
  type Harness,
} from './support.ts';

/** No other Service ends at it, and nothing listens there: what a policy refuses is told apart all the same. */
const TARGET = 9090;
const HOST = 'shared-ports.example.com';
/** Times of creation are in seconds. */
const NEXT_SECOND_MS = 1_100;

interface Port {
  name: string;
  port: number;
}

const HTTP: Port = { name: 'http', port: 80 };
const TCP: Port = { name: 'tcp', port: 80 };
const SECOND_HTTP: Port = { name: 'http', port: 81 };
const SECOND_TCP: Port = { name: 'tcp', port: 81 };

/** The oldest first; requests go to the one of that name, by HTTP. */
type Services = Record<string, Port[]>;

const CASES: Record<string, ['http' | 'tcp', Services]> = {
  'one of HTTP': ['http', { 'asked-for': [HTTP] }],
  'the older one, of TCP': ['tcp', { other: [TCP], 'asked-for': [HTTP] }],
  'the older one, of HTTP': ['http', { 'asked-for': [HTTP], other: [TCP] }],
  'the first port, of HTTP': ['http', { 'asked-for': [HTTP, SECOND_TCP] }],
  'the first port, of TCP': [
    'tcp',
    { 'asked-for': [{ ...TCP, port: 79 }, HTTP] },
  ],
  'the older one, whatever comes first in the other': [
    'tcp',
    { other: [TCP, SECOND_HTTP], 'asked-for': [HTTP] },
  ],
};

describe('a sidecar reads a port that Services share as', () => {
  let h: Harness;
  const ask = () => h.atGateway(HOST);

  function describeServices(name: string, ports: Port[]): Manifest[] {
    return [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: 'default' },
        spec: {
          selector: { app: 'backend' },
          ports: ports.map(port => ({ ...port, targetPort: TARGET })),
        },
      },
      describeEndpoints(
        name,
        BACKEND,
        h.lab.state.subnet,
        ports.map(port => ({ name: port.name, port: TARGET })),
      ),
    ];
  }

  async function judge() {
    const mesh = await readMesh(h.lab.kube);
    return assessService(mesh, { namespace: 'default', name: 'asked-for' })
      .waysIn.filter(({ host }) => host === HOST)
      .map(({ hops }) => hops.at(-1)?.protocol);
  }

  before(async () => {
    h = await openHarness();
    await h.apply(
      peerAuthentication('istio-system', 'default', {
        mtls: { mode: 'STRICT' },
      }),
      requestAuthentication('default', 'backend', {
        selector: { matchLabels: { app: 'backend' } },
        jwtRules: [h.jwtRule],
      }),
      authorizationPolicy('default', 'backend', {
        selector: { matchLabels: { app: 'backend' } },
        rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }],
      }),
      ingressGateway('shared-ports', [HOST]),
      routeTo('asked-for', {
        name: 'shared-ports',
        host: HOST,
        gateway: 'shared-ports',
      }),
    );
  });
  after(() => h.cleanUp());

  async function check(chain: 'http' | 'tcp', services: Services) {
    const objects = Object.entries(services).map(([name, ports]) =>
      describeServices(name, ports),
    );
    try {
      for (const each of objects) {
        await h.apply(...each);
        await sleep(NEXT_SECOND_MS);
      }
      // A filter of HTTP answers for the policy; one of TCP ends the connection.
      if (chain === 'http') await eventually(ask, 403, RBAC_DENIED);
      else await eventually(ask, 503, /connection termination|reset/);
      assert.deepEqual(await judge(), [chain]);
    } finally {
      await h.remove(...objects.flat());
      await eventually(ask, 503);
    }
  }

  for (const [label, [chain, services]] of Object.entries(CASES)) {
    test(`${label}: ${chain}`, () => check(chain, services));
  }
});
