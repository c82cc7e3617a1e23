import { ResourceRef, WayIn } from '../model';
import type { Entrance } from './entrances';
import { shutBy } from './inMeshWaysIn';
import type { Mesh } from './Mesh';
import type { PortProtocol } from './servicePorts';
import { Tail, uncertaintyOf, waypointHopAt } from './tails';
import type { ResolvedWayIn } from './waysIn';

/** How requests come to the waypoint of something else that leads to a Service. */
export interface OtherWaypoint {
  id: string;
  entrance: Entrance;
  port: number;
  protocol: PortProtocol;
  /** Of the waypoint's filters. */
  chain: 'http' | 'tcp';
  client: WayIn['protocol'];
  route?: ResourceRef;
}

/** A way to a Service's Pods through the waypoint of another Service or of a ServiceEntry. */
export function wayByOtherWaypoint(
  mesh: Mesh,
  { namespace, name }: { namespace: string; name: string },
  { id, entrance, port, protocol, chain, client, route }: OtherWaypoint,
  { port: ownPort, suffix, own, backend }: Tail,
): ResolvedWayIn {
  const { host, waypoint } = entrance;
  const uncertain = [
    ...(backend.uncertain ? [backend.uncertain] : []),
    ...uncertaintyOf(waypoint),
  ];
  return {
    wayIn: {
      id: `mesh.${id}.${ownPort.port}${suffix}`,
      kind: 'in-mesh',
      host,
      port,
      protocol: client,
      paths: [],
      ...(route ? { route } : {}),
      hops: [waypointHopAt(mesh, waypoint.proxy, port, chain), ...own],
      destination: { namespace, name, port: ownPort.port },
      ...(uncertain.length > 0 ? { uncertain } : {}),
      callerIdentity: 'required',
    },
    sniffed: protocol.sniffed,
    ...shutBy(own),
  };
}
