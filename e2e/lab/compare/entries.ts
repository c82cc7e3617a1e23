/** ServiceEntries at random, many of them in front of the compared server, and routes to their hosts. */
import type { Manifest } from '../kube.ts';
import type { Fields } from './apiParents.ts';
import { GATEWAY, NAMESPACE, SERVER } from './meshTopology.ts';
import type { Random } from './random.ts';

/** The server's own address, filled in. */
export const SERVER_ADDRESS = '$ADDRESS';

const HOSTS = [
  'e.test',
  'f.test',
  '*.w.test',
  `server.${NAMESPACE}.svc.cluster.local`,
  `other.${NAMESPACE}.svc.cluster.local`,
  'server.else.svc.cluster.local',
  `*.${NAMESPACE}.svc.cluster.local`,
];
/** What routes name: hosts of entries, and names that wildcards stand for. */
const DESTINATIONS = [
  ...HOSTS.filter(host => !host.startsWith('*')),
  'x.w.test',
  `server-two.${NAMESPACE}.svc.cluster.local`,
  'server',
];
const ROUTE_HOSTS = ['*', 'h.example.com', '*.example.com', 'other.test'];
const MACHINE = { machine: 'server' };

function pickEndpoints(random: Random): Fields {
  const ports = random.chance(0.4) ? { ports: { http: SERVER.appPort } } : {};
  return random.pick<Fields>([
    { endpoints: [{ address: SERVER_ADDRESS, ...ports }] },
    { endpoints: [{ address: SERVER_ADDRESS, ...ports }] },
    // Where nobody listens.
    { endpoints: [{ address: SERVER_ADDRESS, ports: { http: 9 } }] },
    { workloadSelector: { labels: { app: 'server' } } },
    { workloadSelector: { labels: SERVER.labels } },
    { workloadSelector: { labels: { app: 'other' } } },
    { workloadSelector: { labels: MACHINE } },
    {},
  ]);
}

function describeEntry(random: Random, name: string): Manifest {
  const targetPort = random.chance(0.6) ? { targetPort: SERVER.appPort } : {};
  const namespace = random.chance(0.75) ? NAMESPACE : 'default';
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name, namespace },
    spec: {
      hosts: [...new Set(random.some(HOSTS, 1, 2))],
      ports: [
        {
          number: random.pick([80, 80, SERVER.appPort]),
          name: 'http',
          protocol: 'HTTP',
          ...targetPort,
        },
      ],
      location: random.pick(['MESH_INTERNAL', 'MESH_EXTERNAL']),
      resolution: random.pick(['STATIC', 'STATIC', 'STATIC', 'DNS']),
      ...pickEndpoints(random),
      ...(random.chance(0.2) && {
        exportTo: [random.pick(['.', '*', 'default'])],
      }),
    },
  };
}

const describeMachine = (random: Random): Manifest => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'WorkloadEntry',
  metadata: { name: '$GENERATION-machine', namespace: NAMESPACE },
  spec: {
    address: SERVER_ADDRESS,
    labels: random.pick<Record<string, string>>([MACHINE, { app: 'server' }]),
  },
});

const describeRoute = (random: Random, name: string): Manifest => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name, namespace: NAMESPACE },
  spec: {
    hosts: [random.pick(ROUTE_HOSTS)],
    gateways: ['$GENERATION-g'],
    http: [
      {
        route: [
          {
            destination: {
              host: random.pick(DESTINATIONS),
              port: { number: random.pick([80, 80, SERVER.appPort]) },
            },
          },
        ],
      },
    ],
  },
});

const GATEWAY_OBJECT: Manifest = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name: '$GENERATION-g', namespace: NAMESPACE },
  spec: {
    selector: { istio: GATEWAY.labels.istio },
    servers: [
      { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] },
    ],
  },
};

/** Up to three entries and three routes, and now and then a machine. */
export function generateEntries(random: Random): Manifest[] {
  const entries = random
    .some(['e', 'f', 'h'], 1, 3)
    .map(name => describeEntry(random, `$GENERATION-${name}`));
  const routes = random
    .some(['r', 's', 't'], 1, 3)
    .map(name => describeRoute(random, `$GENERATION-${name}`));
  return [
    GATEWAY_OBJECT,
    ...entries,
    ...(random.chance(0.3) ? [describeMachine(random)] : []),
    ...routes,
  ];
}
