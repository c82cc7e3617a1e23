import { nameOf, refOf } from '../parse';
import { entrancesOfEntry } from './entrances';
import { portsOfEntry } from './entryPorts';
import type { Mesh } from './Mesh';
import { wayByOtherWaypoint } from './otherWaypoint';
import { type Entry, entriesFor } from './serviceEntries';
import type { Stored } from './Stored';
import type { Tail } from './tails';
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
  return portsOfEntry(stored).flatMap(({ port, targetPort, protocol }) => {
    const { chain, client } = protocol;
    const id = `${entrance.id}.${port}`;
    const by = { id, entrance, port, protocol, chain, client };
    return (
      tails
        // Other ports of the Pods are none of the Service's.
        .filter(({ backend }) => backend.targetPort === targetPort)
        .map(tail => wayByOtherWaypoint(mesh, service, by, tail))
    );
  });
}
