import { ServiceSpec } from '../parse/specs';
import { pushTo } from '../multimap';
import { Family, sameData } from '../queries/queries';
import { stringRecord } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { proxyKey, proxyOf, selectWorkloads } from './workloads';

const SERVICES_BY_PODS = new Family();
const SERVICES_OF_SAME_PODS = new Family({ isBrief: true });

/** Names of the other Services of a namespace that select Pods of a Service, sorted. */
export function servicesOfSamePods(
  mesh: Mesh,
  { namespace, name }: { namespace: string; name: string },
): readonly string[] {
  return mesh.queries.get(
    SERVICES_OF_SAME_PODS,
    `${namespace}/${name}`,
    () => {
      const service = mesh.stored('Service', namespace, name);
      if (!service) return [];
      const byPods = servicesByPods(mesh, namespace);
      const names = new Set(
        podsOf(mesh, service).flatMap(key => byPods.get(key) ?? []),
      );
      names.delete(name);
      return [...names].sort();
    },
    sameData,
  );
}

/** Names of Services by the workloads that they select. */
function servicesByPods(
  mesh: Mesh,
  namespace: string,
): ReadonlyMap<string, string[]> {
  return mesh.queries.get(SERVICES_BY_PODS, namespace, () => {
    const found = new Map<string, string[]>();
    for (const service of mesh.inNamespace('Service', namespace)) {
      for (const key of podsOf(mesh, service)) {
        pushTo(found, key, service.name);
      }
    }
    return found;
  });
}

function podsOf(mesh: Mesh, { namespace, resource }: Stored): string[] {
  const { selector: labels } = (resource.spec ?? {}) as ServiceSpec;
  const selector = stringRecord(labels);
  if (!selector || Object.keys(selector).length === 0) return [];
  return selectWorkloads(mesh, namespace, selector).map(workload =>
    proxyKey(proxyOf(workload, 'sidecar')),
  );
}
