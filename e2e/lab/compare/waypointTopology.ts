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
  isBehindWaypoint: boolean;
}

export const SERVERS: readonly Server[] = [
  { name: 'one', targetPort: 9201, status: 221, isBehindWaypoint: true },
  { name: 'two', targetPort: 9202, status: 222, isBehindWaypoint: true },
  { name: 'three', targetPort: 9203, status: 223, isBehindWaypoint: false },
];

export const hostOf = (name: string) => `${name}.example.com`;
export const fullNameOf = (name: string) =>
  `${name}.${NAMESPACE}.svc.cluster.local`;

function describeServer({ name, targetPort, isBehindWaypoint }: Server) {
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
      ports: [{ name: 'http', port: 80, targetPort }],
    },
  };
  return service;
}

/** How requests come in: by host to the Service of that name. */
function describeEntry({ name }: Server): Manifest[] {
  const metadata = { name: `compare-${name}`, namespace: NAMESPACE };
  const destination = { host: fullNameOf(name), port: { number: 80 } };
  return [
    {
      apiVersion: networking,
      kind: 'VirtualService',
      metadata,
      spec: {
        hosts: [hostOf(name)],
        gateways: ['compare'],
        http: [{ route: [{ destination }] }],
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
      ],
    },
  },
  ...SERVERS.flatMap(server => [
    describeServer(server),
    describeEndpoints(server.name, REPORTS, subnet, [
      { name: 'http', port: server.targetPort },
    ]),
    ...describeEntry(server),
  ]),
];

export async function startServers(): Promise<void> {
  for (const { name, targetPort, status } of SERVERS) {
    await ensureProcess({
      name: `app-compare-http-${name}`,
      command: 'ip',
      args: [
        ...['netns', 'exec', namespaceOf(REPORTS.name), process.execPath],
        join(import.meta.dirname, 'httpServer.ts'),
        ...[String(targetPort), String(status)],
      ],
    });
  }
}
