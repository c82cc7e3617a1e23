/** Listeners without HTTP of the Gateway API at random, TCPRoutes and TLSRoutes to two Services. */
import type { Manifest } from '../kube.ts';
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
import {
  BACKENDS,
  CONNECTION_CERTIFICATE,
  CONNECTION_NAMES,
  CONNECTION_PORTS,
} from './connections.ts';
import { GATEWAY, NAMESPACE } from './meshTopology.ts';
import type { Random } from './random.ts';

/** By which istiod knows the gateway's proxy for the one of Gateways that name its host. */
export const CONNECTION_SERVICE: Manifest = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'gateway-connections', namespace: NAMESPACE },
  spec: {
    selector: GATEWAY.labels,
    ports: CONNECTION_PORTS.map(port => ({
      name: `tls-${port}`,
      port,
      targetPort: port,
    })),
  },
};

function pickSecurity(random: Random): Fields {
  const hostname = random.pick([undefined, undefined, ...CONNECTION_NAMES]);
  const endsTls = random.chance(0.35);
  const certificateRefs = [{ name: CONNECTION_CERTIFICATE }];
  return {
    ...(hostname === undefined ? {} : { hostname }),
    tls: endsTls
      ? { mode: 'Terminate', certificateRefs }
      : { mode: 'Passthrough' },
  };
}

const PARENTS: ParentDraw = {
  namespace: NAMESPACE,
  elsewhere: 'default',
  address: `${
    CONNECTION_SERVICE.metadata!.name
  }.${NAMESPACE}.svc.cluster.local`,
  routeKinds: ['TCPRoute', 'TLSRoute'],
  maxListeners: 3,
  pickListener(random) {
    const port = random.pick(CONNECTION_PORTS);
    const protocol = random.pick(['TCP', 'TLS', 'TLS', 'TLS']);
    const security = protocol === 'TCP' ? {} : pickSecurity(random);
    return { port, protocol, ...security };
  },
};

/** Now and then one that leads nowhere. */
function pickBackends(random: Random, namespace: string): Fields[] {
  const { name, port } = random.pick([BACKENDS[0], ...BACKENDS]);
  if (random.chance(0.85)) {
    return [
      { name, port, ...(namespace !== NAMESPACE && { namespace: NAMESPACE }) },
    ];
  }
  return [
    random.pick<Fields>([
      { name, port, weight: 0 },
      { name: 'nobody', port },
      { name, port, namespace: 'default' },
      { name, port: 1 },
      { group: 'else.test', kind: 'Else', name, port },
    ]),
  ];
}

function describeRoute(
  random: Random,
  { namespace, name }: RoutePlace,
  parents: readonly Parent[],
): Manifest {
  const isTls = random.chance(0.7);
  const kind = isTls ? 'TLSRoute' : 'TCPRoute';
  return describeApiObject(kind, name, namespace, {
    parentRefs: referToSome(random, parents),
    ...(isTls && {
      hostnames: [...new Set(random.some(CONNECTION_NAMES, 1, 3))],
    }),
    rules: [{ backendRefs: pickBackends(random, namespace) }],
  });
}

/** Lets routes from elsewhere lead to the Services, or to one of them. */
function describeGrant(random: Random): Manifest {
  const [{ name }] = BACKENDS;
  const from = random.some(PARENTS.routeKinds, 1, 2).map(kind => ({
    group: 'gateway.networking.k8s.io',
    kind,
    namespace: random.pick([PARENTS.elsewhere, PARENTS.elsewhere, 'edge']),
  }));
  const to = {
    group: '',
    kind: 'Service',
    ...(random.chance(0.3) && { name }),
  };
  return {
    ...describeApiObject('ReferenceGrant', '$GENERATION-grant', NAMESPACE, {
      from,
      to: [to],
    }),
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
  };
}

/**
 * One or two Gateways before the compared gateway, now and then ListenerSets, one of which may have the Gateway's own
 * name, and up to five routes.
 */
export function generateApiConnections(random: Random): Manifest[] {
  const names = {
    gateways: ['$GENERATION-a', '$GENERATION-b'],
    sets: ['$GENERATION-set', '$GENERATION-a'],
  } as const;
  const parents = pickParents(random, PARENTS, names, 0.2);
  const routes = pickRoutePlaces(random, PARENTS).map(place =>
    describeRoute(random, place, parents),
  );
  return [
    ...parents.map(({ object }) => object),
    ...(random.chance(0.7) ? [describeGrant(random)] : []),
    ...routes,
  ];
}
