import { ResourceRef } from '../model';
import { refOf } from '../parse';
import { ServiceSpec } from '../parse/specs';
import { parentsOf, routesTo } from './gatewayApi/routeIndex';
import { resolveServiceHost } from './hosts';
import { stringList } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { protocolOf } from './servicePorts';
import { Tail, toWaypointHop, uncertaintyOf } from './tails';
import { specOf, virtualServicesTo } from './virtualServices';
import { waypointOf } from './waypoints';
import type { ResolvedWayIn } from './waysIn';

/**
 * Ways through the waypoint of another Service, whose routes inside the mesh lead here: the policies
 * of that other Service decide, and those that target this one are passed by. A sidecar's routes
 * inside the mesh make no way of their own: the proxy before the Pods decides all the same.
 */
export function meshRouteWaysIn(
  mesh: Mesh,
  service: Stored,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  const { namespace, name } = service;
  const own = `${namespace}/${name}`;
  return entrancesOf(mesh, own).flatMap(({ key, route }) => {
    const [otherNamespace, otherName] = key.split('/');
    const other = mesh.stored('Service', otherNamespace, otherName);
    if (!other || other.errors.length > 0 || key === own) return [];
    const waypoint = waypointOf(mesh, other);
    if (waypoint.kind === 'none') return [];
    const ports = ((other.resource.spec ?? {}) as ServiceSpec).ports ?? [];
    return ports.flatMap(port => {
      const protocol = protocolOf(port);
      if (protocol?.chain !== 'http') return [];
      return tails.map((tail): ResolvedWayIn => {
        const hop = toWaypointHop(mesh, port, tail.backend, waypoint);
        const uncertain = [
          ...(tail.backend.uncertain ? [tail.backend.uncertain] : []),
          ...uncertaintyOf(waypoint),
        ];
        return {
          wayIn: {
            id: `mesh.${otherNamespace}.${otherName}.${port.port}.${route.name}.${tail.port.port}${tail.suffix}`,
            kind: 'in-mesh',
            host: `${otherName}.${otherNamespace}.svc.cluster.local`,
            port: port.port,
            protocol: protocol.client,
            paths: [],
            route,
            hops: [...(hop ? [hop] : []), ...tail.own],
            destination: { namespace, name, port: tail.port.port },
            ...(uncertain.length > 0 ? { uncertain } : {}),
            callerIdentity: 'required',
          },
          sniffed: protocol.sniffed,
        };
      });
    });
  });
}

/** Services, as `namespace/name`, with routes inside the mesh that lead to a Service. */
function entrancesOf(
  mesh: Mesh,
  destination: string,
): { key: string; route: ResourceRef }[] {
  const ofRoutes = routesTo(mesh, destination).flatMap(stored => {
    const { namespace } = stored;
    return parentsOf(stored)
      .filter(({ kind, group }) => kind === 'Service' && !group)
      .map(ref => ({
        key: `${ref.namespace || namespace}/${ref.name}`,
        route: refOf(stored.resource),
      }));
  });
  const ofVirtualServices = virtualServicesTo(mesh, destination).flatMap(
    stored => {
      // A malformed one is told of among the ways in by gateways.
      if (stored.errors.length > 0) return [];
      const hosts = stringList(specOf(stored).hosts);
      const gateways = stringList(specOf(stored).gateways);
      if (gateways.length > 0 && !gateways.includes('mesh')) return [];
      const { namespace } = stored;
      return hosts.flatMap(host => {
        const service = resolveServiceHost(host, namespace);
        return service
          ? [
              {
                key: `${service.namespace}/${service.name}`,
                route: refOf(stored.resource),
              },
            ]
          : [];
      });
    },
  );
  return [...ofRoutes, ...ofVirtualServices];
}
