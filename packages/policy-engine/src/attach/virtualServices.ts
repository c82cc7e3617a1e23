import {
  DestinationSpec,
  HttpRouteSpec,
  VirtualServiceSpec,
} from '../parse/specs';
import {
  intersectHosts,
  resolveGatewayName,
  resolveServiceHost,
} from './hosts';
import { ageOf, GatewayServer } from './gateways';
import { Mesh, Stored } from './Mesh';
import { sameItems } from './queries';

interface VirtualServiceIndex {
  byGateway: Map<string, Stored[]>;
  byDestination: Map<string, Stored[]>;
  /** `namespace/name` of VirtualServices that others delegate to. */
  delegates: Set<string>;
}

/** VirtualServices bound to a Gateway (`namespace/name`), in Istio's order. */
export function virtualServicesOf(
  mesh: Mesh,
  gateway: string,
): readonly Stored[] {
  return mesh.queries.get(
    `virtual-services-of/${gateway}`,
    () => index(mesh).byGateway.get(gateway) ?? [],
    sameItems,
  );
}

/** VirtualServices with any route, mirror included, to a Service. */
export function virtualServicesTo(
  mesh: Mesh,
  service: { namespace: string; name: string },
): readonly Stored[] {
  const key = `${service.namespace}/${service.name}`;
  return mesh.queries.get(
    `virtual-services-to/${key}`,
    () => index(mesh).byDestination.get(key) ?? [],
    sameItems,
  );
}

export function isDelegate(mesh: Mesh, stored: Stored): boolean {
  const { namespace, name } = stored.resource.metadata;
  return index(mesh).delegates.has(`${namespace}/${name}`);
}

export function specOf(stored: Stored): VirtualServiceSpec {
  return (stored.resource.spec ?? {}) as VirtualServiceSpec;
}

/** Gateways that a VirtualService names, without `mesh`. */
export function gatewaysOf(stored: Stored): string[] {
  const { namespace = '' } = stored.resource.metadata;
  const { gateways } = specOf(stored);
  return listOf(gateways)
    .filter(name => name !== 'mesh')
    .map(name => resolveGatewayName(name, namespace));
}

/**
 * Hosts that a VirtualService serves on a Gateway server, seen from a gateway proxy in
 * `proxyNamespace`. Empty where host, namespace or `exportTo` do not fit.
 */
export function servedHosts(
  stored: Stored,
  server: GatewayServer,
  proxyNamespace: string,
): string[] {
  const { namespace = '' } = stored.resource.metadata;
  const spec = specOf(stored);
  if (!isExported(spec.exportTo, namespace, proxyNamespace)) return [];
  const hosts = new Set<string>();
  for (const host of listOf(spec.hosts)) {
    for (const allowed of server.hosts) {
      if (allowed.namespace !== '*' && allowed.namespace !== namespace)
        continue;
      const common = intersectHosts(host.toLowerCase(), allowed.host);
      if (common !== undefined) hosts.add(common);
    }
  }
  return [...hosts];
}

/** Every Service that a destination list can send to. */
export function destinationsOf(
  stored: Stored,
  route: DestinationSpec[] | undefined,
): { namespace: string; name: string; port?: number; weight: number }[] {
  const { namespace = '' } = stored.resource.metadata;
  const list = route ?? [];
  return list.flatMap(({ destination, weight }) => {
    const service = resolveServiceHost(destination.host, namespace);
    if (!service) return [];
    const share = list.length === 1 ? 100 : weight ?? 0;
    const port = destination.port?.number;
    return [{ ...service, ...(port ? { port } : {}), weight: share }];
  });
}

/** Mirrors of a route: copies of every request go there. */
export function mirrorsOf(
  stored: Stored,
  route: HttpRouteSpec,
): ReturnType<typeof destinationsOf> {
  const mirrors = [
    ...(route.mirror ? [{ destination: route.mirror }] : []),
    ...(route.mirrors ?? []),
  ];
  return mirrors.flatMap(mirror => destinationsOf(stored, [mirror]));
}

function isExported(
  exportTo: string[] | undefined,
  own: string,
  viewer: string,
): boolean {
  const list = listOf(exportTo);
  return (
    list.length === 0 ||
    list.some(
      entry =>
        entry === '*' || entry === viewer || (entry === '.' && own === viewer),
    )
  );
}

function index(mesh: Mesh): VirtualServiceIndex {
  return mesh.queries.get('virtual-service-index', () => {
    const result: VirtualServiceIndex = {
      byGateway: new Map(),
      byDestination: new Map(),
      delegates: new Set(),
    };
    const all = mesh
      .all('VirtualService')
      .map(stored => ({ stored, age: ageOf(stored) }))
      .sort((a, b) => (a.age < b.age ? -1 : 1));
    for (const { stored } of all) {
      const parts = partsOf(stored);
      for (const gateway of new Set(gatewaysOf(stored))) {
        push(result.byGateway, gateway, stored);
      }
      for (const key of parts.destinations)
        push(result.byDestination, key, stored);
      for (const key of parts.delegates) result.delegates.add(key);
    }
    return result;
  });
}

const parts = new WeakMap<
  Stored,
  { destinations: Set<string>; delegates: Set<string> }
>();

/** Services and delegates that a VirtualService names; reads malformed ones as far as it can. */
function partsOf(stored: Stored): {
  destinations: Set<string>;
  delegates: Set<string>;
} {
  const known = parts.get(stored);
  if (known) return known;
  const { namespace = '' } = stored.resource.metadata;
  const destinations = new Set<string>();
  const delegates = new Set<string>();
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 8) return;
    for (const [key, item] of Object.entries(value)) {
      const named = item as {
        host?: unknown;
        name?: unknown;
        namespace?: unknown;
      } | null;
      if (
        /^(destination|mirror)$/.test(key) &&
        typeof named?.host === 'string'
      ) {
        const service = resolveServiceHost(named.host, namespace);
        if (service) destinations.add(`${service.namespace}/${service.name}`);
      }
      if (key === 'delegate' && typeof named?.name === 'string') {
        delegates.add(`${named.namespace || namespace}/${named.name}`);
      }
      visit(item, depth + 1);
    }
  };
  visit(stored.resource.spec, 0);
  const result = { destinations, delegates };
  parts.set(stored, result);
  return result;
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}

function listOf(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string')
    : [];
}
