import { isListenerKey } from './gatewayApi/listeners';
import {
  DestinationSpec,
  HttpRouteSpec,
  VirtualServiceSpec,
} from '../parse/specs';
import {
  destinationKey,
  intersectHosts,
  resolveGatewayName,
  resolveServiceHost,
  resolveShortName,
} from './hosts';
import { sortByAge } from './age';
import { aliasedBy } from './aliases';
import { completeVirtualService } from './delegates';
import { boundRoutes, boundRoutesFor } from './gatewayApi/routes';
import type { GatewayServer } from './gateways';
import { ingressRoutes } from './ingress/ingressRoutes';
import { stringList } from './labels';
import { Mesh } from './Mesh';
import { Stored } from './Stored';
import { pushTo } from '../multimap';
import { perObject } from '../queries/perObject';
import { Family, sameItems } from '../queries/queries';
import { isExported, rankOfExport } from './visibility';
import { visitFields } from './visitFields';

const VIRTUAL_SERVICES_OF = new Family();
const VIRTUAL_SERVICES_TO = new Family({ isBrief: true });
const VIRTUAL_SERVICE_INDEX = new Family();

interface VirtualServiceIndex {
  byGateway: Map<string, Stored[]>;
  /** By `namespace/name` of a Service, else by host. */
  byDestination: Map<string, Stored[]>;
}

/**
 * VirtualServices bound to a Gateway, in Istio's order, with the routes of their delegates; for a
 * listener of the Gateway API the routes that bind to it, as VirtualServices.
 *
 * @param gateway - `key` of a server
 */
export function virtualServicesOf(
  mesh: Mesh,
  gateway: string,
): readonly Stored[] {
  if (isListenerKey(gateway)) return boundRoutes(mesh, gateway);
  return mesh.queries.get(
    VIRTUAL_SERVICES_OF,
    gateway,
    () =>
      (index(mesh).byGateway.get(gateway) ?? []).map(stored =>
        completeVirtualService(mesh, stored),
      ),
    sameItems,
  );
}

/**
 * The same as a proxy of a namespace has them: those that fewer see come first, each kind in the order of age; of the
 * Gateway API those of its own namespace (Istio's VirtualServicesForGateway).
 */
export function virtualServicesFor(
  mesh: Mesh,
  gateway: string,
  viewer: string,
): readonly Stored[] {
  if (isListenerKey(gateway)) return boundRoutesFor(mesh, gateway, viewer);
  const byAge = virtualServicesOf(mesh, gateway);
  const rank = (stored: Stored) =>
    rankOfExport(stringList(specOf(stored).exportTo), stored.namespace, viewer);
  return byAge.some(stored => rank(stored) < 2)
    ? [...byAge].sort((a, b) => rank(a) - rank(b))
    : byAge;
}

/**
 * VirtualServices with any route, mirror included, to a destination, their own or a delegate's.
 *
 * @param destination - `namespace/name` of a Service, or the host of a ServiceEntry
 */
export function virtualServicesTo(
  mesh: Mesh,
  destination: string,
): readonly Stored[] {
  return mesh.queries.get(
    VIRTUAL_SERVICES_TO,
    destination,
    () =>
      (index(mesh).byDestination.get(destination) ?? []).map(stored =>
        completeVirtualService(mesh, stored),
      ),
    sameItems,
  );
}

export function specOf(stored: Stored): VirtualServiceSpec {
  return (stored.resource.spec ?? {}) as VirtualServiceSpec;
}

/** Gateways that a VirtualService names, without `mesh`. */
export function gatewaysOf(stored: Stored): string[] {
  const { namespace } = stored;
  const { gateways } = specOf(stored);
  return stringList(gateways)
    .filter(name => name !== 'mesh')
    .map(name => resolveGatewayName(name, namespace));
}

/**
 * Hosts that a VirtualService serves on a Gateway server, in lower case, seen from a gateway proxy in
 * `proxyNamespace`. Empty where host, namespace or `exportTo` do not fit. As in Istio, short names are Services,
 * at gateways too (ResolveVirtualServiceShortnames), and hosts are compared letter by letter before they are
 * put into lower case (Names.Intersection, buildGatewayHTTPRouteConfig).
 */
export function servedHosts(
  stored: Stored,
  server: GatewayServer,
  proxyNamespace: string,
): string[] {
  const { namespace } = stored;
  const spec = specOf(stored);
  if (!isExported(stringList(spec.exportTo), namespace, proxyNamespace))
    return [];
  const hosts = new Set<string>();
  const isOfApi = isListenerKey(server.key);
  for (const written of stringList(spec.hosts)) {
    const host = isOfApi ? written : resolveShortName(written, namespace);
    for (const allowed of server.hosts) {
      if (allowed.namespace !== '*' && allowed.namespace !== namespace)
        continue;
      const common = intersectHosts(host, allowed.written);
      if (common !== undefined) hosts.add(common.toLowerCase());
    }
  }
  return [...hosts];
}

/** Every Service that a destination list can send to. */
export function destinationsOf(
  stored: Stored,
  route: DestinationSpec[] | undefined,
): {
  namespace: string;
  name: string;
  port: number | undefined;
  weight: number;
}[] {
  const { namespace } = stored;
  const list = route ?? [];
  const found: ReturnType<typeof destinationsOf> = [];
  for (const { destination, weight } of list) {
    const service = resolveServiceHost(destination.host, namespace);
    if (!service) continue;
    const share = list.length === 1 ? 100 : weight ?? 0;
    found.push({
      ...service,
      port: destination.port?.number,
      weight: share,
    });
  }
  return found;
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

interface VirtualServiceParts {
  gateways: ReadonlySet<string>;
  destinations: ReadonlySet<string>;
  delegates: ReadonlySet<string>;
}

/** Gateways, destinations and delegates that a VirtualService names; reads malformed ones as far as it can. */
export const partsOf = perObject((stored: Stored): VirtualServiceParts => {
  const { namespace, resource } = stored;
  const destinations = new Set<string>();
  const delegates = new Set<string>();
  visitFields(resource.spec, (key, item) => {
    const named = item as {
      host?: unknown;
      name?: unknown;
      namespace?: unknown;
    } | null;
    if (
      (key === 'destination' || key === 'mirror') &&
      typeof named?.host === 'string'
    ) {
      destinations.add(destinationKey(named.host, namespace));
    }
    if (key === 'delegate' && typeof named?.name === 'string') {
      const place = named.namespace;
      delegates.add(
        `${typeof place === 'string' && place ? place : namespace}/${
          named.name
        }`,
      );
    }
  });
  const gateways = new Set(gatewaysOf(stored));
  return { gateways, destinations, delegates };
});

function index(mesh: Mesh): VirtualServiceIndex {
  return mesh.queries.getOne(VIRTUAL_SERVICE_INDEX, () => {
    const result: VirtualServiceIndex = {
      byGateway: new Map(),
      byDestination: new Map(),
    };
    const written = sortByAge(mesh.all('VirtualService'));
    for (const stored of [...ingressRoutes(mesh), ...written]) {
      // Without hosts it is a delegate: its routes serve where others delegate to it.
      if (stringList(specOf(stored).hosts).length === 0) continue;
      const { gateways, destinations, delegates } = partsOf(stored);
      for (const gateway of gateways) {
        pushTo(result.byGateway, gateway, stored);
      }
      const found = new Set(destinations);
      for (const key of delegates) {
        const [namespace, name] = key.split('/');
        const inner = mesh.stored('VirtualService', namespace, name);
        if (!inner) continue;
        for (const item of partsOf(inner).destinations) found.add(item);
      }
      for (const key of [...found]) {
        const target = aliasedBy(mesh, key);
        if (target !== undefined) found.add(target);
      }
      for (const key of found) pushTo(result.byDestination, key, stored);
    }
    return result;
  });
}
