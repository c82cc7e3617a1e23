/** Routes inside the mesh at random, which a waypoint may follow, and policies at it and at the Services. */
import type { Manifest } from '../kube.ts';
import { generatePolicies } from './policies.ts';
import type { Random } from './random.ts';
import type { TokenStock } from './tokens.ts';
import {
  fullNameOf,
  NAMESPACE,
  SERVERS,
  TCP_PORT,
} from './waypointTopology.ts';
import { WAYPOINT_WORDS } from './waypointWords.ts';

type Fields = Record<string, unknown>;

const NAMES = SERVERS.map(({ name }) => name);
const PREFIXES = ['/api', '/a', '/healthz', '/'];

/** A waypoint follows those of its Services' namespace, and of its own. */
const pickNamespace = (random: Random) =>
  random.pick([NAMESPACE, NAMESPACE, NAMESPACE, 'default']);

function pickDestinations(random: Random): string[] {
  return random.chance(0.15)
    ? random.some([...NAMES, 'nobody'], 2, 2)
    : [random.pick([...NAMES, ...NAMES, ...NAMES, 'nobody'])];
}

function pickApiRule(random: Random): Fields {
  const value = random.pick(PREFIXES);
  const matches = random.chance(0.6)
    ? { matches: [{ path: { type: 'PathPrefix', value } }] }
    : {};
  if (random.chance(0.08)) {
    const requestRedirect = { hostname: 'elsewhere.test', statusCode: 302 };
    return {
      ...matches,
      filters: [{ type: 'RequestRedirect', requestRedirect }],
    };
  }
  return {
    ...matches,
    backendRefs: pickBackends(random),
  };
}

/** By the Service, or by its host. */
function pickBackends(random: Random, port = 80): Fields[] {
  return pickDestinations(random).map(name => ({
    ...(random.chance(0.15)
      ? {
          group: 'networking.istio.io',
          kind: 'Hostname',
          name: fullNameOf(name),
        }
      : { name, namespace: NAMESPACE }),
    port,
    ...(random.chance(0.1) && { weight: 0 }),
  }));
}

function describeApiRoute(random: Random, name: string): Manifest {
  // One for connections leads nobody who speaks HTTP.
  const isTcp = random.chance(0.2);
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: isTcp ? 'TCPRoute' : 'HTTPRoute',
    metadata: { name, namespace: pickNamespace(random) },
    spec: {
      parentRefs: random.some(NAMES, 1, 2).map(service => ({
        group: '',
        kind: 'Service',
        name: service,
        namespace: NAMESPACE,
        ...(random.chance(0.3) && { port: random.pick([80, TCP_PORT, 81]) }),
      })),
      rules: isTcp
        ? [{ backendRefs: pickBackends(random, TCP_PORT) }]
        : Array.from({ length: 1 + random.int(2) }, () => pickApiRule(random)),
    },
  };
}

const HOSTS = [
  ...NAMES,
  ...NAMES.map(fullNameOf),
  ...['*', `*.${NAMESPACE}.svc.cluster.local`, 'one.example.com'],
];

function pickVirtualRule(random: Random): Fields {
  const prefix = random.pick(PREFIXES);
  const match = random.chance(0.6) ? { match: [{ uri: { prefix } }] } : {};
  if (random.chance(0.08)) {
    return { ...match, directResponse: { status: 299 } };
  }
  return { ...match, route: pickShares(random) };
}

function pickShares(random: Random, port = 80): Fields[] {
  const destinations = pickDestinations(random);
  return destinations.map(name => ({
    destination: { host: fullNameOf(name), port: { number: port } },
    ...(destinations.length > 1 && { weight: 50 }),
  }));
}

/** Routes for connections: a waypoint looks at no server name, but follows rules that name its Service alone. */
function pickConnectionRules(random: Random, hosts: readonly string[]): Fields {
  const route = pickShares(random, TCP_PORT);
  const names = hosts.filter(host => !host.includes('*'));
  if (names.length > 0 && random.chance(0.4)) {
    return {
      tls: [{ match: [{ sniHosts: random.some(names, 1, 2) }], route }],
    };
  }
  const port = random.pick([80, TCP_PORT]);
  const match = random.chance(0.4) ? { match: [{ port }] } : {};
  return { tcp: [{ ...match, route }] };
}

function describeVirtualService(random: Random, name: string): Manifest {
  const hosts = random.some(HOSTS, 1, 2);
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace: pickNamespace(random) },
    spec: {
      hosts,
      ...(random.chance(0.3) && { gateways: ['mesh'] }),
      ...(random.chance(0.15) && { exportTo: [random.pick(['.', '*'])] }),
      ...(random.chance(0.25)
        ? pickConnectionRules(random, hosts)
        : {
            http: Array.from({ length: 1 + random.int(2) }, () =>
              pickVirtualRule(random),
            ),
          }),
    },
  };
}

export function generateWaypointRoutes(
  random: Random,
  stock: TokenStock,
): Manifest[] {
  const routes = random
    .some(['r', 's', 't'], 1, 3)
    .map(name =>
      random.chance(0.5)
        ? describeApiRoute(random, `$GENERATION-${name}`)
        : describeVirtualService(random, `$GENERATION-${name}`),
    );
  return [...routes, ...generatePolicies(random, stock, WAYPOINT_WORDS)];
}
