import { WayIn } from '../model';
import { ServiceSpec } from '../parse/specs';
import { apiWaysIn } from './apiWaysIn';
import { entryWaysIn } from './entryWaysIn';
import { gatewayWaysIn } from './gatewayWaysIn';
import { inferencePoolWaysIn } from './inferencePools';
import { ingressWaysIn } from './ingress/ingressWaysIn';
import { inMeshWaysIn } from './inMeshWaysIn';
import { Mesh } from './Mesh';
import { meshRouteWaysIn } from './meshRoutes';
import { serviceEntryWaysIn } from './serviceEntries';
import { tailsOf } from './tails';
import { tokenRouteWaysIn } from './tokenRoutes';

/** A way in with what the engine knows beyond the contract. */
export interface ResolvedWayIn {
  wayIn: WayIn;
  /** Why no sidecar decides at the end, where none does. */
  unguarded?: string;
  /** Istio has to guess the protocol of the Service port. */
  sniffed: boolean;
  /** The waypoint that such callers pass by, with the identities of those that may come after all. */
  passesBy?: { callers: string; waypoint: string; principals: string[] };
  /** The waypoint that is told nothing of the Service, as the caller addresses a Pod. */
  byPods?: string;
  /** That nobody passes is as it should be: the way leads through the proxy of others. */
  mayBeShut?: true;
}

/** Every way in of a Service. Empty where the Service does not exist or has no port Istio serves. */
export function waysInOf(
  mesh: Mesh,
  service: { namespace: string; name: string },
): ResolvedWayIn[] {
  const stored = mesh.stored('Service', service.namespace, service.name);
  if (!stored || stored.errors.length > 0) return [];
  const spec = (stored.resource.spec ?? {}) as ServiceSpec;
  const tails = (spec.ports ?? []).flatMap(port => tailsOf(mesh, stored, port));
  return uniqueIds([
    ...gatewayWaysIn(mesh, stored, tails),
    ...apiWaysIn(mesh, stored, tails),
    ...serviceEntryWaysIn(mesh, stored, tails),
    ...inferencePoolWaysIn(mesh, stored, tails),
    ...ingressWaysIn(mesh, stored, tails),
    ...tails.flatMap(tail => inMeshWaysIn(mesh, stored, tail)),
    ...meshRouteWaysIn(mesh, stored, tails),
    ...entryWaysIn(mesh, stored, tails),
    ...tokenRouteWaysIn(mesh, stored, tails),
  ]);
}

const UNUSUAL = /[^A-Za-z0-9._-]/;

/** Ids are made of names; where two come out equal a number tells them apart. */
function uniqueIds(waysIn: ResolvedWayIn[]): ResolvedWayIn[] {
  const seen = new Map<string, number>();
  return waysIn.map(resolved => {
    const { wayIn } = resolved;
    const id = UNUSUAL.test(wayIn.id)
      ? wayIn.id.replaceAll('*', 'any').replace(/[^A-Za-z0-9._-]/g, '_')
      : wayIn.id;
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    const unique = count === 1 ? id : `${id}.${count}`;
    if (unique === wayIn.id) return resolved;
    return { ...resolved, wayIn: { ...resolved.wayIn, id: unique } };
  });
}
