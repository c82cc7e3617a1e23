import { Mesh, Resource } from 'istio-jwt-policy-engine';
import { LabelSelector, matchLabels } from './parseLabelSelector';

export interface ServiceName {
  namespace: string;
  name: string;
}

/**
 * The Services that a selector means: those that carry the labels themselves, else those whose own
 * selector picks a Pod that does.
 */
export function matchServices(
  mesh: Mesh,
  selector: LabelSelector,
  namespace?: string,
): ServiceName[] {
  const inScope = (resource: Resource) =>
    !namespace || resource.metadata.namespace === namespace;
  const services = listCached(mesh, 'Service').filter(inScope);
  const byLabels = services.filter(service =>
    matchLabels(selector, service.metadata.labels),
  );
  return (
    byLabels.length > 0 ? byLabels : matchByPods(mesh, services, selector)
  ).map(({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    name: metadata.name,
  }));
}

function matchByPods(
  mesh: Mesh,
  services: Resource[],
  selector: LabelSelector,
): Resource[] {
  const podLabels = new Map<string, Record<string, string>[]>();
  for (const { metadata } of listCached(mesh, 'Pod')) {
    if (matchLabels(selector, metadata.labels)) {
      const known = podLabels.get(metadata.namespace ?? '') ?? [];
      known.push(metadata.labels ?? {});
      podLabels.set(metadata.namespace ?? '', known);
    }
  }
  return services.filter(service => {
    const picks = (service.spec as { selector?: unknown } | undefined)
      ?.selector;
    if (!picks || typeof picks !== 'object') {
      return false;
    }
    const wanted = Object.entries(picks);
    return (
      wanted.length > 0 &&
      (podLabels.get(service.metadata.namespace ?? '') ?? []).some(labels =>
        wanted.every(([key, value]) => labels[key] === value),
      )
    );
  });
}

const lists = new WeakMap<
  Mesh,
  Map<string, { revision: number; list: Resource[] }>
>();

/** Listing sorts; many entities ask the same of one revision of a kind. */
export function listCached(mesh: Mesh, kind: string): Resource[] {
  let kinds = lists.get(mesh);
  if (!kinds) {
    kinds = new Map();
    lists.set(mesh, kinds);
  }
  const revision = mesh.revisionOf(kind);
  let cached = kinds.get(kind);
  if (cached?.revision !== revision) {
    cached = { revision, list: mesh.list(kind) };
    kinds.set(kind, cached);
  }
  return cached.list;
}
