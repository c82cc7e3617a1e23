import { isListenerKey } from './gatewayApi/listeners';
import {
  DestinationSpec,
  HttpRouteSpec,
  VirtualServiceSpec,
} from '../parse/specs';
import { intersectHosts, resolveServiceHost, resolveShortName } from './hosts';
import { hasAliases } from './aliases';
import { completeVirtualService } from './delegates';
import { boundRoutes, boundRoutesFor } from './gatewayApi/routes';
import type { GatewayServer } from './gateways';
import { stringList } from './labels';
import { Mesh } from './Mesh';
import { Stored } from './Stored';
import { Family, sameItems } from '../queries/queries';
import { isExported, rankOfExport } from './visibility';
import { virtualServiceIndex } from './virtualServiceIndex';

const VIRTUAL_SERVICES_OF = new Family();
const VIRTUAL_SERVICES_TO = new Family({ isBrief: true });

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
    () => completeAll(mesh, virtualServiceIndex(mesh).byGateway.get(gateway)),
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
      completeAll(
        mesh,
        virtualServiceIndex(mesh).byDestination.get(destination),
      ),
    sameItems,
  );
}

function completeAll(
  mesh: Mesh,
  roots: readonly Stored[] = [],
): readonly Stored[] {
  // A shared gateway may have thousands, with nothing to complete.
  const areWhole =
    !virtualServiceIndex(mesh).delegates &&
    mesh.config.defaultExportTo.VirtualService.includes('*') &&
    !hasAliases(mesh);
  return areWhole
    ? roots
    : roots.map(root => completeVirtualService(mesh, root));
}

export function specOf(stored: Stored): VirtualServiceSpec {
  return (stored.resource.spec ?? {}) as VirtualServiceSpec;
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
