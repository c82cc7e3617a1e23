/** Servers without HTTP at random, and routes that lead from them to two Services. */
import type { Manifest } from '../kube.ts';
import { GATEWAY, NAMESPACE } from './meshTopology.ts';
import type { Random } from './random.ts';

export const CONNECTION_CERTIFICATE = 'compare-connections';
export const CONNECTION_PORTS = [8443, 8543] as const;

/** The Services, by the first word that each says. */
export const BACKENDS = [
  { name: 'server-one', port: 9101, greeting: 'one' },
  { name: 'server-two', port: 9102, greeting: 'two' },
] as const;

export const CONNECTION_NAMES = [
  '*.example.com',
  'h.example.com',
  'h.example.com',
  'a.example.com',
  '*.b.example.com',
  'other.test',
];
const HOSTS = ['*', '*', ...CONNECTION_NAMES];

function describeServer(random: Random, number: number, index: number) {
  const protocol = random.pick(['TLS', 'TLS', 'HTTPS', 'TCP']);
  const endsTls = protocol === 'TLS' && random.chance(0.4);
  const tls = endsTls
    ? { mode: 'SIMPLE', credentialName: CONNECTION_CERTIFICATE }
    : { mode: 'PASSTHROUGH' };
  return {
    port: { number, name: `s-${number}-${index}`, protocol },
    hosts: [...new Set(random.some(HOSTS, 1, 2))],
    ...(protocol === 'TCP' ? {} : { tls }),
  };
}

function pickDestination(random: Random) {
  const { name, port } = random.pick([BACKENDS[0], ...BACKENDS]);
  return [{ destination: { host: name, port: { number: port } } }];
}

/** What a match may say beside names. */
function pickBinding(random: Random, gateways: readonly string[]) {
  return {
    ...(random.chance(0.25) && { port: random.pick(CONNECTION_PORTS) }),
    ...(random.chance(0.15) && { gateways: [random.pick(gateways)] }),
  };
}

/** Names that a VirtualService for these hosts may have, and now and then others, which Istio refuses. */
function namesUnder(random: Random, hosts: readonly string[]): string[] {
  if (hosts.includes('*') || random.chance(0.1))
    return [...hosts, ...CONNECTION_NAMES];
  const under = CONNECTION_NAMES.filter(name =>
    hosts.some(host => host.startsWith('*') && name.endsWith(host.slice(1))),
  );
  return [...hosts, ...under];
}

function describeRoutes(
  random: Random,
  hosts: readonly string[],
  gateways: readonly string[],
) {
  const tls = Array.from({ length: random.pick([0, 1, 1, 2]) }, () => ({
    match: [
      {
        sniHosts: [...new Set(random.some(namesUnder(random, hosts), 1, 2))],
        ...pickBinding(random, gateways),
      },
    ],
    route: pickDestination(random),
  }));
  const tcp = Array.from({ length: random.pick([0, 0, 1, 1, 2]) }, () => {
    const binding = pickBinding(random, gateways);
    return {
      ...(Object.keys(binding).length > 0 && { match: [binding] }),
      route: pickDestination(random),
    };
  });
  return { ...(tls.length > 0 && { tls }), ...(tcp.length > 0 && { tcp }) };
}

/** Up to three Gateways with servers on the same ports, and up to three VirtualServices. */
export function generateConnections(random: Random): Manifest[] {
  const apiVersion = 'networking.istio.io/v1';
  const names = random
    .some(['a', 'b', 'c'], 1, 3)
    .map(at => `$GENERATION-${at}`);
  const gateways = names.map(name => ({
    apiVersion,
    kind: 'Gateway',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      selector: GATEWAY.labels,
      servers: random
        .some(CONNECTION_PORTS, 1, 2)
        .flatMap(port =>
          Array.from({ length: random.pick([1, 1, 2]) }, (_, index) =>
            describeServer(random, port, index),
          ),
        ),
    },
  }));
  const services = Array.from({ length: 1 + random.int(3) }, (_, index) => {
    const hosts = [...new Set(random.some(HOSTS, 1, 2))];
    return {
      apiVersion,
      kind: 'VirtualService',
      metadata: { name: `$GENERATION-vs${index}`, namespace: NAMESPACE },
      spec: {
        hosts,
        gateways: random.some(names, 1, 2),
        ...describeRoutes(random, hosts, names),
      },
    };
  });
  return [...gateways, ...services];
}
