/**
 * Gateways, ListenerSets, HTTPRoutes and GRPCRoutes at random. Rules of HTTPRoutes redirect, with one of a few statuses;
 * what has no backend is answered by the gateway.
 */
import type { Manifest } from '../kube.ts';
import { HOSTNAMES, pickHttpMatch } from './apiForwards.ts';
import type { Random } from './random.ts';

type Fields = Record<string, unknown>;

const GATEWAY_API = 'gateway.networking.k8s.io/v1';
/** Of the Service before the gateway. */
export const SERVICE_PORTS = [80, 81] as const;

const LISTENER_HOSTS = [
  undefined,
  undefined,
  undefined,
  'h.example.com',
  'h.example.com',
  '*.example.com',
  '*.example.com',
  'a.example.com',
  '*.b.example.com',
  'other.test',
];
const STATUSES = [301, 302, 303, 307, 308];

const describeObject = (
  kind: string,
  name: string,
  spec: Fields,
): Manifest => ({
  apiVersion: GATEWAY_API,
  kind,
  metadata: { name, namespace: '$NS' },
  spec,
});

function pickAllowed(random: Random): Fields {
  const kinds = random.chance(0.12)
    ? { kinds: [{ kind: random.pick(['HTTPRoute', 'GRPCRoute']) }] }
    : {};
  const namespaces = random.chance(0.12)
    ? { namespaces: { from: random.pick(['Same', 'All', 'None']) } }
    : {};
  const allowedRoutes = { ...kinds, ...namespaces };
  return Object.keys(allowedRoutes).length > 0 ? { allowedRoutes } : {};
}

/** Port and host together are there once. */
function pickListeners(random: Random, count: number): Fields[] {
  const listeners = new Map<string, Fields>();
  for (let index = 0; index < count; index++) {
    const port = random.pick(SERVICE_PORTS);
    const hostname = random.pick(LISTENER_HOSTS);
    listeners.set(`${port} ${hostname}`, {
      name: random.pick(['x', 'y', 'y-z', 'z']) + index,
      port,
      protocol: 'HTTP',
      ...(hostname === undefined ? {} : { hostname }),
      ...pickAllowed(random),
    });
  }
  return [...listeners.values()];
}

/** What routes can name as their parent. */
interface Parent {
  object: Manifest;
  listeners: Fields[];
}

function describeGateway(random: Random, name: string): Parent {
  const listeners = pickListeners(random, 1 + random.int(4));
  const object = describeObject('Gateway', name, {
    gatewayClassName: 'istio',
    addresses: [{ type: 'Hostname', value: '$POOL.$NS.svc.cluster.local' }],
    listeners,
    ...(random.chance(0.9)
      ? { allowedListeners: { namespaces: { from: 'Same' } } }
      : {}),
  });
  return { object, listeners };
}

function describeSet(random: Random, name: string, gateway: string): Parent {
  const listeners = pickListeners(random, 1 + random.int(2));
  const object = describeObject('ListenerSet', name, {
    parentRef: { name: gateway },
    listeners,
  });
  return { object, listeners };
}

function referTo(random: Random, { object, listeners }: Parent): Fields {
  const { name, port } = random.pick(listeners);
  return {
    ...(object.kind === 'Gateway' ? {} : { kind: object.kind }),
    name: object.metadata!.name,
    ...(random.chance(0.35)
      ? { sectionName: random.chance(0.9) ? name : 'none' }
      : {}),
    ...(random.chance(0.15) ? { port } : {}),
  };
}

function pickHttpRule(random: Random): Fields {
  const matches = Array.from({ length: random.pick([0, 1, 1, 1, 2]) }, () =>
    pickHttpMatch(random),
  );
  const condition = matches.length > 0 ? { matches } : {};
  if (random.chance(0.08)) return condition;
  const requestRedirect = {
    hostname: 'elsewhere.test',
    statusCode: random.pick(STATUSES),
  };
  return {
    ...condition,
    filters: [{ type: 'RequestRedirect', requestRedirect }],
  };
}

/** Of gRPC `/service/method`. */
function pickCall(random: Random): Fields {
  const service = random.pick(['a', 'api', 'd', 'A']);
  const method = random.pick(['b', 'x', 'v1']);
  return random.pick<Fields>([
    { service },
    { method },
    { service, method },
    { service, method },
    { type: 'RegularExpression', service: '[ad]' },
    { type: 'RegularExpression', service: 'a.*', method: '[bx]' },
  ]);
}

function pickGrpcRule(random: Random): Fields {
  const matches = Array.from({ length: random.pick([0, 1, 1, 2]) }, () => ({
    ...(random.chance(0.85) ? { method: pickCall(random) } : {}),
    ...(random.chance(0.25)
      ? { headers: [{ name: 'x-role', value: random.pick(['admin', 'dev']) }] }
      : {}),
  }));
  return matches.length > 0 ? { matches } : {};
}

function describeRoute(
  random: Random,
  name: string,
  parents: readonly Parent[],
): Manifest {
  const isGrpc = random.chance(0.2);
  const hostnames = random.chance(0.4)
    ? {}
    : { hostnames: random.some(HOSTNAMES, 1, 2) };
  return describeObject(isGrpc ? 'GRPCRoute' : 'HTTPRoute', name, {
    parentRefs: random
      .some(parents, 1, 2)
      .map(parent => referTo(random, parent)),
    ...hostnames,
    rules: Array.from({ length: 1 + random.int(3) }, () =>
      isGrpc ? pickGrpcRule(random) : pickHttpRule(random),
    ),
  });
}

/** A Gateway of Istio's own kind before the same proxy, and its route. */
function describeClassic(random: Random): Manifest[] {
  const apiVersion = 'networking.istio.io/v1';
  const metadata = { name: '$GENERATION-c', namespace: '$NS' };
  const hosts = [random.pick(LISTENER_HOSTS) ?? '*'];
  const redirect = {
    authority: 'elsewhere.test',
    redirectCode: random.pick(STATUSES),
  };
  return [
    {
      apiVersion,
      kind: 'Gateway',
      metadata,
      spec: {
        selector: { pool: '$POOL' },
        servers: random.some(SERVICE_PORTS, 1, 2).map(number => ({
          port: { number, name: `http-${number}`, protocol: 'HTTP' },
          hosts,
        })),
      },
    },
    {
      apiVersion,
      kind: 'VirtualService',
      metadata,
      spec: { hosts, gateways: ['$GENERATION-c'], http: [{ redirect }] },
    },
  ];
}

/** Behind a name istiod puts more, by which the order of some changes. */
const ROUTE_NAMES = ['r', 'r-v2', 'r.a', 'r1', 'r10', 's'];

/**
 * One or two Gateways before the same proxy, now and then ListenerSets, up to five routes, and now and then a Gateway of
 * Istio's own kind.
 */
export function generateApiRoutes(random: Random): Manifest[] {
  const parents = [describeGateway(random, '$GENERATION-a')];
  if (random.chance(0.35)) {
    parents.push(describeGateway(random, '$GENERATION-a-b'));
  }
  for (const name of ['$GENERATION-set', '$GENERATION-set2']) {
    if (!random.chance(0.25)) continue;
    parents.push(describeSet(random, name, '$GENERATION-a'));
  }
  const routes = random
    .some(ROUTE_NAMES, 1, 5)
    .map(name => describeRoute(random, `$GENERATION-${name}`, parents));
  return [
    ...parents.map(({ object }) => object),
    ...routes,
    ...(random.chance(0.15) ? describeClassic(random) : []),
  ];
}
