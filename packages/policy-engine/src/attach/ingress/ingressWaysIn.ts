import { refOf } from '../../parse';
import { pushTo } from '../../multimap';
import { perObject } from '../../queries/perObject';
import { Family, sameItems } from '../../queries/queries';
import type { Mesh } from '../Mesh';
import type { Stored } from '../Stored';
import type { Tail } from '../tails';
import { unresolvedWayIn } from '../unresolved';
import { visitFields } from '../visitFields';
import type { ResolvedWayIn } from '../waysIn';
import { ingressesIn } from './servedIngresses';

const INGRESSES_THERE = new Family();
const UNCERTAIN = new Family();
const UNCERTAIN_TO = new Family();

/**
 * Ways by Kubernetes Ingresses of which nobody can tell whether istiod makes routes of them, or which. Those of the
 * others are ways by Gateways.
 */
export function ingressWaysIn(
  mesh: Mesh,
  service: Stored,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  // Most meshes have none, and then nothing more depends on it.
  if (!mesh.queries.getOne(INGRESSES_THERE, () => index(mesh).size > 0)) {
    return [];
  }
  const key = `${service.namespace}/${service.name}`;
  return mesh.queries
    .get(UNCERTAIN_TO, key, () => index(mesh).get(key) ?? [], sameItems)
    .map(ingress =>
      unresolvedWayIn(
        service,
        refOf(ingress.resource),
        tails,
        'ingress',
        `Ingress ${ingress.namespace}/${ingress.name} may lead here through Istio's ingress gateway, and whether it does is not known`,
      ),
    );
}

/** Every Service that an Ingress names as a backend; untrusted, and so read by its form. */
const backendsOf = perObject(({ resource }: Stored): ReadonlySet<string> => {
  const names = new Set<string>();
  visitFields(resource.spec, (key, item) => {
    const { name } = (item ?? {}) as { name?: unknown };
    if (key === 'service' && typeof name === 'string') names.add(name);
  });
  return names;
});

/** They are found by `namespace/name` of the Services that they lead to. */
function index(mesh: Mesh): ReadonlyMap<string, readonly Stored[]> {
  return mesh.queries.getOne(UNCERTAIN, () => {
    const found = new Map<string, Stored[]>();
    for (const ingress of ingressesIn(mesh).uncertain) {
      for (const service of backendsOf(ingress)) {
        pushTo(found, `${ingress.namespace}/${service}`, ingress);
      }
    }
    return found;
  });
}
