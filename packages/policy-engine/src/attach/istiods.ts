import { Resource } from '../model';
import { ISTIOD } from '../parse/istiodSettings';
import { ContainerSpec } from '../parse/specs';
import type { Mesh } from './Mesh';

/** Objects that show an istiod, those first that say most of it. */
export const ISTIOD_KINDS: readonly string[] = ['Pod', 'Deployment', 'Service'];

/** Label of an istiod, of what it injects, and of objects that are for it alone. */
export const REVISION = 'istio.io/rev';
/** Of webhooks: another name of the revision that they are for. */
export const TAG = 'istio.io/tag';

/** The istiods of a mesh: their Pods, else their Deployments, else their Services. */
export function istiodsOf(mesh: Mesh): readonly Resource[] {
  for (const kind of ISTIOD_KINDS) {
    const found = istiodNamespaces(mesh)
      .flatMap(namespace => mesh.inNamespace(kind, namespace))
      .map(({ resource }) => resource)
      .filter(isIstiod);
    if (found.length > 0) return found;
  }
  return [];
}

/** Where the istiods of a mesh run: the root namespace, or others where none is there. */
export function istiodNamespaces(mesh: Mesh): readonly string[] {
  const { istiodNamespaces: found } = mesh.config;
  return found.includes(mesh.rootNamespace) || found.length === 0
    ? [mesh.rootNamespace]
    : found;
}

/** Quickly, for every Pod and Service: whatever stands there was not read yet. */
export function isIstiod({
  metadata: { labels },
}: {
  metadata: Pick<Resource['metadata'], 'labels'>;
}): boolean {
  return labels?.app === 'istiod' || labels?.istio === 'pilot';
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
