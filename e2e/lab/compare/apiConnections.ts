/** Listeners without HTTP of the Gateway API at random, TCPRoutes and TLSRoutes to two Services. */
import type { Manifest } from '../kube.ts';
import {
  BACKENDS,
  CONNECTION_CERTIFICATE,
  CONNECTION_PORTS,
} from './connections.ts';
import { GATEWAY, NAMESPACE } from './meshTopology.ts';
import type { Random } from './random.ts';

type Fields = Record<string, unknown>;

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

const HOSTS = [
  '*.example.com',
  'h.example.com',
  'h.example.com',
  'a.example.com',
  '*.b.example.com',
  'other.test',
];

const describeObject = (
  kind: string,
  name: string,
  spec: Fields,
): Manifest => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind,
  metadata: { name, namespace: NAMESPACE },
  spec,
});

function pickAllowed(random: Random): Fields {
  const kinds = random.chance(0.12)
    ? { kinds: [{ kind: random.pick(['TCPRoute', 'TLSRoute']) }] }
    : {};
  const namespaces = random.chance(0.1)
    ? { namespaces: { from: random.pick(['Same', 'All', 'None']) } }
    : {};
  const allowedRoutes = { ...kinds, ...namespaces };
  return Object.keys(allowedRoutes).length > 0 ? { allowedRoutes } : {};
}

function pickSecurity(random: Random): Fields {
  const hostname = random.pick([undefined, undefined, ...HOSTS]);
  const endsTls = random.chance(0.35);
  const certificateRefs = [{ name: CONNECTION_CERTIFICATE }];
  return {
    ...(hostname === undefined ? {} : { hostname }),
    tls: endsTls
      ? { mode: 'Terminate', certificateRefs }
      : { mode: 'Passthrough' },
  };
}

/** Port, protocol and host together are there once. */
function pickListeners(random: Random, count: number): Fields[] {
  const listeners = new Map<string, Fields>();
  for (let index = 0; index < count; index++) {
    const port = random.pick(CONNECTION_PORTS);
    const protocol = random.pick(['TCP', 'TLS', 'TLS', 'TLS']);
    const security = protocol === 'TCP' ? {} : pickSecurity(random);
    listeners.set(`${port} ${protocol} ${security.hostname}`, {
      name: random.pick(['x', 'y', 'y-z', 'z']) + index,
      port,
      protocol,
      ...security,
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
  const listeners = pickListeners(random, 1 + random.int(3));
  const { namespace, name: service } = CONNECTION_SERVICE.metadata!;
  const value = `${service}.${namespace}.svc.cluster.local`;
  const object = describeObject('Gateway', name, {
    gatewayClassName: 'istio',
    addresses: [{ type: 'Hostname', value }],
    listeners,
    ...(random.chance(0.9) && {
      allowedListeners: { namespaces: { from: 'Same' } },
    }),
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
    ...(random.chance(0.35) && {
      sectionName: random.chance(0.9) ? name : 'none',
    }),
    ...(random.chance(0.15) && { port }),
  };
}

/** Now and then one that leads nowhere. */
function pickBackends(random: Random): Fields[] {
  const { name, port } = random.pick([BACKENDS[0], ...BACKENDS]);
  if (random.chance(0.85)) return [{ name, port }];
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
  name: string,
  parents: readonly Parent[],
): Manifest {
  const isTls = random.chance(0.7);
  return describeObject(isTls ? 'TLSRoute' : 'TCPRoute', name, {
    parentRefs: random
      .some(parents, 1, 2)
      .map(parent => referTo(random, parent)),
    ...(isTls && { hostnames: [...new Set(random.some(HOSTS, 1, 3))] }),
    rules: [{ backendRefs: pickBackends(random) }],
  });
}

/** Behind a name istiod puts more, by which the order of some changes. */
const ROUTE_NAMES = ['r', 'r-v2', 'r.a', 'r1', 'r10', 's'];

/**
 * One or two Gateways before the compared gateway, now and then ListenerSets, one of which may have the Gateway's own
 * name, and up to five routes.
 */
export function generateApiConnections(random: Random): Manifest[] {
  const parents = [describeGateway(random, '$GENERATION-a')];
  if (random.chance(0.35)) {
    parents.push(describeGateway(random, '$GENERATION-b'));
  }
  for (const name of ['$GENERATION-set', '$GENERATION-a']) {
    if (!random.chance(0.2)) continue;
    parents.push(describeSet(random, name, '$GENERATION-a'));
  }
  const routes = random
    .some(ROUTE_NAMES, 1, 5)
    .map(name => describeRoute(random, `$GENERATION-${name}`, parents));
  return [...parents.map(({ object }) => object), ...routes];
}
