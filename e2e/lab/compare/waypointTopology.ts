/** Services behind a waypoint and one without, each with a server of its own, to which the ingress gateway leads. */
import { join } from 'node:path';
import type { Manifest } from '../kube.ts';
import { namespaceOf } from '../network.ts';
import { ensureProcess } from '../supervisor.ts';
import { describeEndpoints } from '../topology/objects.ts';
import { REPORTS, WAYPOINT } from '../topology/workloads.ts';

export const NAMESPACE = WAYPOINT.namespace;
const networking = 'networking.istio.io/v1';

interface Server {
  name: string;
  /** In the Pod that all of them share. */
  targetPort: number;
  /** By which it is told from the others. */
  status: number;
  /** Its server of connections without HTTP, which says its name. */
  tcp: {
    targetPort: number;
    /** Of the gateway. */
    entryPort: number;
  };
  isBehindWaypoint: boolean;
}

/** Of each Service, for connections without HTTP. */
export const TCP_PORT = 90;

export const SERVERS: readonly Server[] = [
  {
    ...{ name: 'one', targetPort: 9201, status: 221, isBehindWaypoint: true },
    tcp: { targetPort: 9211, entryPort: 9291 },
  },
  {
    ...{ name: 'two', targetPort: 9202, status: 222, isBehindWaypoint: true },
    tcp: { targetPort: 9212, entryPort: 9292 },
  },
  {
    ...{ name: 'three', targetPort: 9203, status: 223 },
    tcp: { targetPort: 9213, entryPort: 9293 },
    isBehindWaypoint: false,
  },
];

/** For which a request is meant. */
export function serverOf({ from }: { from: string }): Server {
  return SERVERS.find(({ name }) => name === from)!;
}

export const hostOf = (name: string) => `${name}.example.com`;
export const fullNameOf = (name: string) =>
  `${name}.${NAMESPACE}.svc.cluster.local`;

function describeServer({ name, targetPort, tcp, isBehindWaypoint }: Server) {
  const service: Manifest = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace: NAMESPACE,
      ...(isBehindWaypoint && {
        labels: {
          'istio.io/use-waypoint': WAYPOINT.name,
          'istio.io/ingress-use-waypoint': 'true',
        },
      }),
    },
    spec: {
      selector: REPORTS.labels,
      ports: [
        { name: 'http', port: 80, targetPort },
        { name: 'tcp', port: TCP_PORT, targetPort: tcp.targetPort },
      ],
    },
  };
  return service;
}

/** How requests come in: by host to the Service of that name, and connections by a port for each. */
function describeEntry({ name, tcp }: Server): Manifest[] {
  const metadata = { name: `compare-${name}`, namespace: NAMESPACE };
  const routeTo = (number: number) => [
    { destination: { host: fullNameOf(name), port: { number } } },
  ];
  return [
    {
      apiVersion: networking,
      kind: 'VirtualService',
      metadata,
      spec: {
        hosts: [hostOf(name)],
        gateways: ['compare'],
        http: [{ route: routeTo(80) }],
        tcp: [{ match: [{ port: tcp.entryPort }], route: routeTo(TCP_PORT) }],
      },
    },
    {
      // A connection that stays open would be served by the filters it was opened with.
      apiVersion: networking,
      kind: 'DestinationRule',
      metadata,
      spec: {
        host: fullNameOf(name),
        trafficPolicy: {
          connectionPool: { http: { maxRequestsPerConnection: 1 } },
        },
      },
    },
  ];
}

/** Applied for the time of the comparison. */
export const describeServers = (subnet: string): Manifest[] => [
  {
    apiVersion: networking,
    kind: 'Gateway',
    metadata: { name: 'compare', namespace: NAMESPACE },
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [
        {
          port: { number: 80, name: 'http', protocol: 'HTTP' },
          hosts: ['*'],
        },
        ...SERVERS.map(({ name, tcp }) => ({
          port: { number: tcp.entryPort, name: `tcp-${name}`, protocol: 'TCP' },
          hosts: ['*'],
        })),
      ],
    },
  },
  ...SERVERS.flatMap(server => [
    describeServer(server),
    describeEndpoints(server.name, REPORTS, subnet, [
      { name: 'http', port: server.targetPort },
      { name: 'tcp', port: server.tcp.targetPort },
    ]),
    ...describeEntry(server),
  ]),
];

export async function startServers(): Promise<void> {
  for (const { name, targetPort, status, tcp } of SERVERS) {
    await startServer(`http-${name}`, 'httpServer.ts', targetPort, status);
    await startServer(`tcp-${name}`, 'tcpServer.ts', tcp.targetPort, name);
  }
}

async function startServer(
  name: string,
  script: string,
  port: number,
  sign: string | number,
): Promise<void> {
  await ensureProcess({
    name: `app-compare-${name}`,
    command: 'ip',
    args: [
      ...['netns', 'exec', namespaceOf(REPORTS.name), process.execPath],
      join(import.meta.dirname, script),
      ...[String(port), String(sign)],
    ],
  });
}
