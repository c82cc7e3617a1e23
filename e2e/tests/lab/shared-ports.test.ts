import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Manifest } from '../../lab/kube.ts';
import { describeEndpoints } from '../../lab/topology/objects.ts';
import { BACKEND } from '../../lab/topology/workloads.ts';
import { judgeHost } from './planOnLab.ts';
import {
  applyInTurn,
  eventually,
  expectAnswer,
  ingressGateway,
  openHarness,
  requireTokens,
  peerAuthentication,
  RBAC_DENIED,
  routeTo,
  settle,
  type Harness,
} from './support.ts';

/** No other Service ends at it, and nothing listens there: what a policy refuses is told apart all the same. */
const TARGET = 9090;
const HOST = 'shared-ports.example.com';

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

  const judge = async () =>
    (await judgeHost(h, HOST, { namespace: 'default', name: 'asked-for' })).map(
      ({ hops }) => hops.at(-1)?.protocol,
    );

  before(async () => {
    h = await openHarness();
    await h.apply(
      peerAuthentication('istio-system', 'default', {
        mtls: { mode: 'STRICT' },
      }),
      ...requireTokens(h, 'default', 'backend', {
        selector: { matchLabels: { app: 'backend' } },
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
      await applyInTurn(h, objects);
      // A filter of HTTP answers for the policy; one of TCP ends the connection.
      if (chain === 'http') await eventually(ask, 403, RBAC_DENIED);
      else {
        // A gateway that does not know the Service yet says 503 too.
        await settle(ask, 503);
        await expectAnswer(ask, 503, /connection termination|reset/);
      }
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
