import { Resource } from 'istio-jwt-policy-engine';
import {
  EntityTarget,
  MatchedCluster,
  matchOwnServices,
  ServiceName,
} from '../../entity';
import { matchLabels } from '../../entity/parseLabelSelector';

type Labels = Record<string, string> | undefined;

/**
 * Answers which of some Services an entity means, as `matchOwnServices` does. Most entities mean none
 * of them, which is seen without looking at every Service of the cluster for each entity.
 */
export function createClaimFinder(
  cluster: MatchedCluster,
  services: readonly ServiceName[],
): (target: EntityTarget) => ServiceName[] {
  const { mesh } = cluster;
  const namespaces = new Set(services.map(({ namespace }) => namespace));
  const pods = new Map(
    Array.from(namespaces, name => [name, mesh.list('Pod', name)]),
  );
  const candidates = services.map(service => {
    const stored = mesh.get({ kind: 'Service', ...service });
    return {
      service,
      labels: [
        stored?.metadata.labels,
        ...listPodLabels(pods.get(service.namespace), stored?.spec),
      ],
    };
  });
  return target => {
    const { selector, namespace } = target;
    const may = candidates.filter(
      ({ service, labels }) =>
        (!namespace || service.namespace === namespace) &&
        labels.some(each => matchLabels(selector, each)),
    );
    if (may.length === 0) return [];
    const meant = new Set(matchOwnServices(cluster, target).map(nameService));
    return may
      .map(({ service }) => service)
      .filter(service => meant.has(nameService(service)));
  };
}

/** Labels of the Pods behind a Service, each set once. */
function listPodLabels(pods: Resource[] = [], spec: unknown): Labels[] {
  const { selector } = (spec ?? {}) as { selector?: Record<string, string> };
  const wanted = Object.entries(selector ?? {});
  if (wanted.length === 0) return [];
  const found = new Map<string, Labels>();
  for (const { metadata } of pods) {
    if (wanted.every(([key, value]) => metadata.labels?.[key] === value)) {
      found.set(JSON.stringify(metadata.labels), metadata.labels);
    }
  }
  return [...found.values()];
}

export function nameService({ namespace, name }: ServiceName): string {
  return `${namespace}/${name}`;
}
