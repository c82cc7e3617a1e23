import { nameOf, refOf } from '../parse';
import { Family, sameData } from '../queries/queries';
import { inferencePoolKey } from './gatewayApi/backendRefs';
import { gatewayRoutesTo } from './gatewayApi/routeIndex';
import { stringRecord } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { servicesOfSamePods } from './samePods';
import type { Tail } from './tails';
import { unresolvedWayIn } from './unresolved';
import type { ResolvedWayIn } from './waysIn';

const POOL_SERVICES = new Family();

/** Label of the Service that istiod makes for an InferencePool, with the pool's name. */
const POOL_LABEL = 'istio.io/inferencepool-name';

/**
 * Ways by routes to an InferencePool that has Pods of the Service. An endpoint picker, which the engine does
 * not know, chooses one of its Pods for each request, so they are unknown.
 */
export function inferencePoolWaysIn(
  mesh: Mesh,
  service: Stored,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  const { namespace } = service;
  return poolsOf(mesh, service).flatMap(pool =>
    gatewayRoutesTo(mesh, inferencePoolKey(namespace, pool)).map(route => {
      const ref = refOf(route.resource);
      return unresolvedWayIn(
        service,
        ref,
        tails,
        `pool.${pool}`,
        `${nameOf(
          ref,
        )} routes to InferencePool ${namespace}/${pool}, which leads to this Service's Pods in a way that the engine does not follow`,
      );
    }),
  );
}

function poolsOf(mesh: Mesh, service: Stored): string[] {
  const pools = mesh.queries.getOne(
    POOL_SERVICES,
    () => findPools(mesh),
    sameData,
  );
  const there = pools[service.namespace];
  if (!there) return [];
  const same = [service.name, ...servicesOfSamePods(mesh, service)];
  return same.flatMap(name => there[name] ?? []);
}

/** Pools by the namespace and name of their Services. */
function findPools(
  mesh: Mesh,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const found: Record<string, Record<string, string>> = {};
  for (const { namespace, name, resource } of mesh.each('Service')) {
    const pool = stringRecord(resource.metadata.labels)[POOL_LABEL];
    if (!pool) continue;
    found[namespace] ??= Object.create(null);
    found[namespace][name] = pool;
  }
  return found;
}
