import { ResourceRef } from '../model';
import type { Stored } from './Stored';
import type { Tail } from './tails';
import type { ResolvedWayIn } from './waysIn';

/** A way in that exists, or may exist, and of which nothing more can be told. */
export function unresolvedWayIn(
  service: Stored,
  route: ResourceRef,
  tails: readonly Tail[],
  id: string,
  reason: string,
  host = '*',
): ResolvedWayIn {
  const { namespace, name } = service;
  return {
    wayIn: {
      id: `${id}.${route.namespace}.${route.name}`,
      kind: 'gateway',
      host,
      port: 0,
      protocol: /^(TLS|TCP)/.test(route.kind) ? 'tcp' : 'http',
      paths: [],
      route,
      hops: [],
      destination: { namespace, name, port: tails[0]?.port.port ?? 0 },
      uncertain: [reason],
    },
    sniffed: false,
  };
}

/** The same inside the mesh, for one of the Service's own ports. */
export function unresolvedMeshWayIn(
  service: Stored,
  route: ResourceRef,
  tails: readonly Tail[],
  id: string,
  reason: string,
): ResolvedWayIn {
  const { namespace, name } = service;
  const host = `${name}.${namespace}.svc.cluster.local`;
  const way = unresolvedWayIn(service, route, tails, id, reason, host);
  const port = way.wayIn.destination?.port ?? 0;
  return { ...way, wayIn: { ...way.wayIn, kind: 'in-mesh', port } };
}
