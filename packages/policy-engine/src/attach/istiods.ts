import { Resource } from '../model';
import { ISTIOD } from '../parse/istiodSettings';
import { ContainerSpec } from '../parse/specs';
import { stringRecord } from './labels';
import type { Mesh } from './Mesh';

/** The istiods of the root namespace: their Pods, else their Deployments, else their Services. */
export function istiodsOf(mesh: Mesh): readonly Resource[] {
  for (const kind of ['Pod', 'Deployment', 'Service']) {
    const found = mesh
      .inNamespace(kind, mesh.rootNamespace)
      .map(({ resource }) => resource)
      .filter(isIstiod);
    if (found.length > 0) return found;
  }
  return [];
}

function isIstiod({ metadata }: Resource): boolean {
  const labels = stringRecord(metadata.labels);
  return labels.app === 'istiod' || labels.istio === 'pilot';
}

/** Undefined where it is not among what is known of an istiod. */
export function istiodContainerOf({
  kind,
  spec,
}: Resource): ContainerSpec | undefined {
  const pod = (
    kind === 'Deployment'
      ? (spec as { template?: { spec?: unknown } } | null)?.template?.spec
      : spec
  ) as { containers?: unknown } | null | undefined;
  return Array.isArray(pod?.containers)
    ? pod.containers.find(item => item?.name === ISTIOD)
    : undefined;
}
