import { DestinationSpec, L4RouteSpec } from '../parse/specs';
import { nameOf, refOf } from '../parse';
import {
  Entrance,
  entranceOfService,
  entrancesByHost,
  entrancesOfEntry,
} from './entrances';
import { withDefaultExport } from './delegates';
import { parentsOf, routesTo } from './gatewayApi/routeIndex';
import { inUsualDomain } from './hosts';
import { stringList } from './labels';
import type { Mesh } from './Mesh';
import { wayByOtherWaypoint } from './otherWaypoint';
import type { Stored } from './Stored';
import { PortProtocol } from './servicePorts';
import type { Tail } from './tails';
import { unresolvedMeshWayIn } from './unresolved';
import {
  destinationsOf,
  mirrorsOf,
  specOf,
  virtualServicesTo,
} from './virtualServices';
import { isExported } from './visibility';
import type { ResolvedWayIn } from './waysIn';

type ServiceName = Pick<Stored, 'namespace' | 'name'>;
type Layer = 'http' | 'tcp';

/** A route inside the mesh, by which an entrance leads to a Service. */
interface MeshRoute {
  stored: Stored;
  entrance: Entrance;
  layers: readonly Layer[];
}

/** Entrances of one route, beyond which the rest is not told apart. */
const MAX_ENTRANCES = 50;

/**
 * Ways through the waypoint of another Service or ServiceEntry, whose routes inside the mesh lead here: the
 * policies of that other one decide, and those that target this one are passed by. A sidecar's routes
 * inside the mesh make no way of their own: the proxy before the Pods decides all the same.
 */
export function meshRouteWaysIn(
  mesh: Mesh,
  service: Stored,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  const key = `${service.namespace}/${service.name}`;
  return [...virtualServicesTo(mesh, key), ...routesTo(mesh, key)].flatMap(
    stored => {
      const found = meshRoutesOf(mesh, stored, service);
      const ways = found
        .slice(0, MAX_ENTRANCES)
        .flatMap(route => waysBy(mesh, service, route, tails));
      return [
        ...uniqueWays(ways),
        ...(found.length > MAX_ENTRANCES
          ? [tooMany(service, stored, tails)]
          : []),
      ];
    },
  );
}

function tooMany(
  service: Stored,
  stored: Stored,
  tails: readonly Tail[],
): ResolvedWayIn {
  const route = refOf(stored.resource);
  const reason = `${nameOf(
    route,
  )} leads here from more than ${MAX_ENTRANCES} Services with a waypoint`;
  return unresolvedMeshWayIn(service, route, tails, 'mesh.route', reason);
}

function meshRoutesOf(
  mesh: Mesh,
  stored: Stored,
  service: Stored,
): MeshRoute[] {
  const self = `${service.namespace}.${service.name}`;
  return entrancesOf(mesh, stored).flatMap(entrance => {
    if (entrance.id === self || !follows(mesh, entrance, stored)) return [];
    const layers = layersOf(stored, service, entrance);
    return layers.length > 0 ? [{ stored, entrance, layers }] : [];
  });
}

/**
 * Whether a waypoint follows a route: those of its own namespace and of the entrance's, if they are shown to it
 * (Istio's getVirtualServiceForWaypoint).
 */
function follows(
  mesh: Mesh,
  { namespace, waypoint }: Entrance,
  stored: Stored,
): boolean {
  const place = waypoint.proxy.namespace;
  const isNear = stored.namespace === namespace || stored.namespace === place;
  const { exportTo } = withDefaultExport(mesh, specOf(stored));
  return isNear && isExported(stringList(exportTo), stored.namespace, place);
}

function entrancesOf(mesh: Mesh, stored: Stored): Entrance[] {
  const { namespace, resource } = stored;
  if (resource.kind !== 'VirtualService') {
    return parentsOf(stored).flatMap(({ kind, group, name, ...ref }) => {
      const place = ref.namespace || namespace;
      if (kind === 'Service' && !group) {
        return entranceOfService(mesh, place, name);
      }
      return kind === 'ServiceEntry' && group === 'networking.istio.io'
        ? entrancesOfEntry(mesh, mesh.stored(kind, place, name))
        : [];
    });
  }
  // A malformed one is told of among the ways in by gateways.
  if (stored.errors.length > 0) return [];
  const gateways = stringList(specOf(stored).gateways);
  if (gateways.length > 0 && !gateways.includes('mesh')) return [];
  const found = stringList(specOf(stored).hosts).flatMap(host =>
    entrancesByHost(mesh, host, namespace),
  );
  return [...new Map(found.map(item => [item.id, item])).values()];
}

/** In which filter chains a route leads to a Service. */
function layersOf(
  stored: Stored,
  service: ServiceName,
  { host }: Entrance,
): Layer[] {
  const { kind } = stored.resource;
  switch (kind) {
    case 'VirtualService':
      return layersOfVirtualService(stored, service, host);
    case 'TLSRoute': {
      const { hostnames } = (stored.resource.spec ?? {}) as {
        hostnames?: unknown;
      };
      const names = stringList(hostnames).map(inUsualDomain);
      return names.length === 0 || names.includes(host) ? ['tcp'] : [];
    }
    case 'TCPRoute':
      return ['tcp'];
    default:
      return ['http'];
  }
}

function layersOfVirtualService(
  stored: Stored,
  { namespace, name }: ServiceName,
  host: string,
): Layer[] {
  const { http = [], tcp = [], tls = [] } = specOf(stored);
  const isHere = (item: ServiceName) =>
    item.namespace === namespace && item.name === name;
  const leads = (route: DestinationSpec[] | undefined) =>
    destinationsOf(stored, route).some(isHere);
  const byHttp = http.some(
    rule => leads(rule.route) || mirrorsOf(stored, rule).some(isHere),
  );
  const byTcp =
    tcp.some(({ route }) => leads(route)) ||
    tls.some(rule => leads(rule.route) && mayMatch(rule, host));
  return [
    ...(byHttp ? ['http' as const] : []),
    ...(byTcp ? ['tcp' as const] : []),
  ];
}

/** At a waypoint no server name is looked at: a rule counts that names the entrance alone (getTLSRouteMatch). */
function mayMatch({ match = [] }: L4RouteSpec, host: string): boolean {
  return (
    match.length === 0 ||
    match.some(
      ({ sniHosts = [] }) =>
        sniHosts.length === 1 && inUsualDomain(sniHosts[0]) === host,
    )
  );
}

function waysBy(
  mesh: Mesh,
  service: ServiceName,
  { stored, entrance, layers }: MeshRoute,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  const route = refOf(stored.resource);
  return entrance.ports.flatMap(({ port, protocol }) => {
    const id = `${entrance.id}.${port}.${route.name}`;
    return layers
      .filter(layer => serves(protocol, layer))
      .flatMap(chain => {
        // Where Istio expects bytes, they may be those of a request all the same.
        const client = chain === 'http' ? protocol.client : 'tcp';
        const by = { id, entrance, port, protocol, chain, client, route };
        return tails.map(tail => wayByOtherWaypoint(mesh, service, by, tail));
      });
  });
}

/** Whether a port has the filter chain of a layer; one whose protocol is guessed has both. */
function serves({ chain, sniffed }: PortProtocol, layer: Layer): boolean {
  return chain === layer || sniffed;
}

/** A wildcard leads here from many Services, which are mostly guarded alike. */
function uniqueWays(ways: readonly ResolvedWayIn[]): ResolvedWayIn[] {
  const different = new Map<string, ResolvedWayIn>();
  for (const way of ways) {
    const { hops, port, protocol, destination, uncertain } = way.wayIn;
    const key = JSON.stringify([
      hops.map(hop => [hop.proxy.kind, hop.port, hop.protocol, hop.policies]),
      [hops[0].proxy.namespace, hops[0].proxy.name],
      [port, protocol, destination, uncertain],
      hops.slice(1).map(hop => hop.proxy.name),
    ]);
    if (!different.has(key)) different.set(key, way);
  }
  return [...different.values()];
}
