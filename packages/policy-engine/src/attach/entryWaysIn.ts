import { nameOf, refOf } from '../parse';
import { entrancesOfEntry } from './entrances';
import { portsOfEntry } from './entryPorts';
import { shutBy } from './inMeshWaysIn';
import type { Mesh } from './Mesh';
import { type Entry, entriesFor } from './serviceEntries';
import type { Stored } from './Stored';
import { Tail, uncertaintyOf, waypointHopAt } from './tails';
import { unresolvedMeshWayIn } from './unresolved';
import type { ResolvedWayIn } from './waysIn';

/**
 * Ways through the waypoint of a ServiceEntry that stands in front of the Service's Pods: policies for the Service
 * do not apply there, and the waypoint is let in by the Pods as that of the Service is.
 */
export function entryWaysIn(
  mesh: Mesh,
  service: Stored,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  return entriesFor(mesh, service).flatMap(entry =>
    waysByEntry(mesh, service, entry, tails),
  );
}

function waysByEntry(
  mesh: Mesh,
  service: Stored,
  { stored, selector }: Entry,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  const [entrance] = entrancesOfEntry(mesh, stored);
  if (!entrance) return [];
  const { resolution } = (stored.resource.spec ?? {}) as {
    resolution?: unknown;
  };
  if (!selector || resolution !== 'STATIC') {
    const ref = refOf(stored.resource);
    return [
      unresolvedMeshWayIn(
        service,
        ref,
        tails,
        'mesh.entry',
        `${nameOf(
          ref,
        )} leads to this Service's Pods through a waypoint, in a way that the engine does not follow`,
      ),
    ];
  }
  const { id, host, waypoint } = entrance;
  const { namespace, name } = service;
  return portsOfEntry(stored).flatMap(({ port, targetPort, protocol }) =>
    tails
      // Other ports of the Pods are none of the Service's.
      .filter(({ backend }) => backend.targetPort === targetPort)
      .map((tail): ResolvedWayIn => {
        const uncertain = [
          ...(tail.backend.uncertain ? [tail.backend.uncertain] : []),
          ...uncertaintyOf(waypoint),
        ];
        const hop = waypointHopAt(mesh, waypoint.proxy, port, protocol.chain);
        return {
          wayIn: {
            id: `mesh.${id}.${port}.${tail.port.port}${tail.suffix}`,
            kind: 'in-mesh',
            host,
            port,
            protocol: protocol.client,
            paths: [],
            hops: [hop, ...tail.own],
            destination: { namespace, name, port: tail.port.port },
            ...(uncertain.length > 0 ? { uncertain } : {}),
            callerIdentity: 'required',
          },
          sniffed: protocol.sniffed,
          ...shutBy(tail.own),
        };
      }),
  );
}
