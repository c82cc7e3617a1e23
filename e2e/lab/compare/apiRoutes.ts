/**
 * Gateways, ListenerSets, HTTPRoutes and GRPCRoutes at random. Rules of HTTPRoutes redirect, with one of a few statuses;
 * what has no backend is answered by the gateway.
 */
import type { Manifest } from '../kube.ts';
import { HOSTNAMES, pickHttpMatch } from './apiForwards.ts';
import {
  describeApiObject,
  pickParents,
  pickRoutePlaces,
  referToSome,
  type Fields,
  type Parent,
  type ParentDraw,
  type RoutePlace,
} from './apiParents.ts';
import type { Random } from './random.ts';

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

const PARENTS: ParentDraw = {
  namespace: '$NS',
  elsewhere: '$OTHER',
  address: '$POOL.$NS.svc.cluster.local',
  routeKinds: ['HTTPRoute', 'GRPCRoute'],
  maxListeners: 4,
  pickListener(random) {
    const port = random.pick(SERVICE_PORTS);
    const hostname = random.pick(LISTENER_HOSTS);
    const host = hostname === undefined ? {} : { hostname };
    return { port, protocol: 'HTTP', ...host };
  },
};

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
  { namespace, name }: RoutePlace,
  parents: readonly Parent[],
): Manifest {
  const isGrpc = random.chance(0.2);
  const hostnames = random.chance(0.4)
    ? {}
    : { hostnames: random.some(HOSTNAMES, 1, 2) };
  const kind = isGrpc ? 'GRPCRoute' : 'HTTPRoute';
  return describeApiObject(kind, name, namespace, {
    parentRefs: referToSome(random, parents),
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

/**
 * One or two Gateways before the same proxy, now and then ListenerSets, up to five routes, and now and then a Gateway of
 * Istio's own kind.
 */
export function generateApiRoutes(random: Random): Manifest[] {
  const names = {
    gateways: ['$GENERATION-a', '$GENERATION-a-b'],
    sets: ['$GENERATION-set', '$GENERATION-set2'],
  } as const;
  const parents = pickParents(random, PARENTS, names, 0.25);
  const routes = pickRoutePlaces(random, PARENTS).map(place =>
    describeRoute(random, place, parents),
  );
  return [
    ...parents.map(({ object }) => object),
    ...routes,
    ...(random.chance(0.15) ? describeClassic(random) : []),
  ];
}
