import type { Mesh } from '../Mesh';
import { matchesLabelSelector, stringRecord } from '../labels';
import { AllowedRoutesSpec, ROUTE_KINDS } from './specs';

/** Namespaces whose routes may bind; `*` for all. */
export function allowedNamespaces(
  mesh: Mesh,
  own: string,
  allowed: AllowedRoutesSpec['namespaces'],
): string[] {
  switch (allowed?.from ?? 'Same') {
    case 'All':
      return ['*'];
    case 'Selector': {
      const { selector } = allowed ?? {};
      if (!selector) return ['*'];
      return namespacesWithLabels(mesh)
        .filter(({ labels }) => matchesLabelSelector(selector, labels))
        .map(({ name }) => name);
    }
    case 'None':
      return [];
    default:
      return [own];
  }
}

/** Namespaces that are known, be it by their routes alone. */
function namespacesWithLabels(
  mesh: Mesh,
): { name: string; labels: Record<string, string> }[] {
  const known = new Map<string, Record<string, string>>();
  for (const kind of ROUTE_KINDS) {
    for (const name of mesh.namespacesOf(kind)) known.set(name, {});
  }
  for (const { resource } of mesh.all('Namespace')) {
    const { name, labels } = resource.metadata;
    known.set(name, stringRecord(labels));
  }
  return [...known].map(([name, labels]) => ({
    name,
    labels: { ...labels, 'kubernetes.io/metadata.name': name },
  }));
}
