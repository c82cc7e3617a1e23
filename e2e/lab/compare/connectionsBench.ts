import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { namespaceOf } from '../network.ts';
import { ensureProcess } from '../supervisor.ts';
import { describeEndpoints } from '../topology/objects.ts';
import { readGreeting } from './askTcp.ts';
import { describeIstiod } from '../topology/istiod.ts';
import {
  CONNECTION_SERVICE,
  generateApiConnections,
} from './apiConnections.ts';
import { type Bench, type Said, type Seen } from './bench.ts';
import {
  BACKENDS,
  CONNECTION_CERTIFICATE,
  CONNECTION_PORTS,
  generateConnections,
} from './connections.ts';
import { assessService, type WayIn } from './engine.ts';
import { startGatewayFrame } from './gatewayFrame.ts';
import { GATEWAY, NAMESPACE, SERVER } from './meshTopology.ts';
import { refusesListener } from './settle.ts';

/** Names in the handshake: an empty one is none, and `plain` is no handshake. */
const NAMES = [
  'h.example.com',
  'h.example.com',
  'a.example.com',
  'a.b.example.com',
  'other.test',
  'else.test',
  'H.Example.com',
  '',
  'plain',
];

/** By which a comparison tells where a connection came to. */
const STATUS: Record<string, number> = { one: 201, two: 202 };

function describeBackends(subnet: string): Manifest[] {
  return BACKENDS.flatMap(({ name, port }) => {
    const ports = [{ name: 'tcp', port, targetPort: port }];
    return [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: NAMESPACE },
        spec: { selector: SERVER.labels, ports },
      },
      describeEndpoints(name, SERVER, subnet, [{ name: 'tcp', port }]),
    ];
  });
}

async function startBackends({ kube, state }: Lab): Promise<Manifest[]> {
  for (const { name, port, greeting } of BACKENDS) {
    await ensureProcess({
      name: `app-compare-${name}`,
      command: 'ip',
      args: [
        ...['netns', 'exec', namespaceOf(SERVER.name), process.execPath],
        join(import.meta.dirname, 'tcpServer.ts'),
        ...[String(port), greeting],
      ],
    });
  }
  return kube.apply(describeBackends(state.subnet));
}

/** Whether a way in takes connections that open with this name. */
function takes({ protocol, host }: WayIn, sni: string | undefined): boolean {
  if (protocol === 'tcp') return true;
  if (protocol !== 'tls' || sni === undefined) return false;
  const name = sni.toLowerCase();
  return (
    host === '*' ||
    host === name ||
    (host.startsWith('*.') && name.endsWith(host.slice(1)))
  );
}

/** Whether a route of the Gateway API may take connections and lead them nowhere. */
function mayBeDeadEnd({ kind, metadata, spec }: Manifest): boolean {
  return (
    /^T(LS|CP)Route$/.test(kind!) &&
    (metadata!.namespace !== NAMESPACE ||
      !BACKENDS.some(({ name, port }) =>
        isDeepStrictEqual(spec.rules[0].backendRefs, [{ name, port }]),
      ))
  );
}

/** Envoy takes the route of the most specific name. */
function mostSpecific<T extends { wayIn: WayIn }>(ways: readonly T[]): T[] {
  const rank = ({ wayIn: { protocol, host } }: T) => {
    if (protocol === 'tcp' || host === '*') return 0;
    return host.startsWith('*') ? host.length : Infinity;
  };
  const best = Math.max(...ways.map(rank));
  return ways.filter(way => rank(way) === best);
}

/** What is drawn on the compared gateway. */
type ConnectionsDraw = Pick<Bench, 'title' | 'generate'>;

/** Servers and VirtualServices of Istio's own kinds. */
export const CONNECTIONS: ConnectionsDraw = {
  title: 'where connections without HTTP come to by a gateway',
  generate: generateConnections,
};

/** Listeners and routes of the Gateway API. */
export const API_CONNECTIONS: ConnectionsDraw = {
  title: 'where connections without HTTP come to by the Gateway API',
  generate: generateApiConnections,
};

/** Which Services connections come to by gateways. Callers are ports and names. */
export async function startConnectionsBench(
  lab: Lab,
  draw: ConnectionsDraw,
): Promise<Bench> {
  const { address, readMesh, ...frame } = await startGatewayFrame(lab, {
    certificate: CONNECTION_CERTIFICATE,
  });
  const known = [
    ...(await startBackends(lab)),
    ...(await lab.kube.apply(CONNECTION_SERVICE)),
    describeIstiod(lab),
  ];
  const readCaller = (from: string) => {
    const [port, name] = from.split(' ');
    return { port: Number(port), sni: name === 'plain' ? undefined : name };
  };

  async function ask(from: string): Promise<Seen> {
    try {
      const said = await readGreeting({ host: address, ...readCaller(from) });
      return { status: STATUS[said] ?? 'closed', body: '' };
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code !== 'ECONNREFUSED') throw error;
      return { status: 'closed', body: '' };
    }
  }

  return {
    ...draw,
    callers: CONNECTION_PORTS.flatMap(port =>
      NAMES.map(name => ({ name: `${port} ${name}`, hosts: ['h'] })),
    ),
    requestsPerSet: 24,
    ...frame,
    judge(_slot, set) {
      const hasDeadEnd = set.some(mayBeDeadEnd);
      const mesh = readMesh(known);
      const refused = new Set<number>(
        CONNECTION_PORTS.filter(port => refusesListener(GATEWAY.name, port)),
      );
      const ways = BACKENDS.flatMap(({ name, greeting }) =>
        assessService(mesh, { namespace: NAMESPACE, name })
          .waysIn.filter(({ kind }) => kind === 'gateway')
          .map(wayIn => ({ wayIn, status: STATUS[greeting] })),
      );
      return ({ from }): Said => {
        const { port, sni } = readCaller(from);
        const unknown = (reason: string): Said => ({
          status: 'unknown',
          reason,
          trace: [],
        });
        const mayPass = ways.some(
          ({ wayIn }) => wayIn.port === port && takes(wayIn, ''),
        );
        if (sni === undefined && mayPass) {
          return unknown('a way in does not say whether it ends TLS');
        }
        const taken = mostSpecific(
          ways.filter(({ wayIn }) => wayIn.port === port && takes(wayIn, sni)),
        );
        const [status = 'closed', ...others] = new Set(
          taken.map(each => each.status),
        );
        // Where Envoy refuses a listener nobody knows what it serves, and whom.
        const asked =
          taken.length > 0
            ? taken
            : ways.filter(({ wayIn }) => wayIn.port === port);
        const doubt = asked.find(({ wayIn }) => wayIn.uncertain?.length);
        if (doubt) return unknown(doubt.wayIn.uncertain![0]);
        // Without a way in there is nothing on which the engine could say it.
        if (asked.length === 0 && refused.has(port)) {
          return unknown('Envoy refused the listener, and serves an older one');
        }
        if (others.length > 0) return unknown('several ways in take it');
        const isExact = taken.some(({ wayIn }) => wayIn.host === sni);
        if (taken.length > 0 && !isExact && hasDeadEnd) {
          return unknown('a route that leads nowhere may take it');
        }
        return { status, trace: [] };
      };
    },
    async ask(_slot, requests) {
      const seen: Seen[] = [];
      for (const { from } of requests) seen.push(await ask(from));
      return seen;
    },
  };
}
