import { Mesh, Resource } from 'istio-jwt-policy-engine';
import { KeyedObjects } from './KeyedObjects';
import { LabelSelector, matchLabels, Requirement } from './parseLabelSelector';

export interface ServiceName {
  namespace: string;
  name: string;
}

const indexes = new WeakMap<Mesh, ServiceIndex>();

/** Finds the Services that a label selector means by looking at what carries one of its labels instead of all. */
export class ServiceIndex {
  /** By their labels; and by namespace with one label of their own selector, which makes a longer key. */
  private readonly services: KeyedObjects;
  private readonly pods: KeyedObjects;

  /** The one index of a mesh. */
  static of(mesh: Mesh): ServiceIndex {
    let index = indexes.get(mesh);
    if (!index) {
      index = new ServiceIndex(mesh);
      indexes.set(mesh, index);
    }
    return index;
  }

  private constructor(mesh: Mesh) {
    this.services = new KeyedObjects(mesh, 'Service', service => [
      ...keysOfLabels(service),
      ...keysOfSelector(service),
    ]);
    this.pods = new KeyedObjects(mesh, 'Pod', keysOfLabels);
  }

  /**
   * Takes in what changed in the mesh, in short steps: the first time thousands of objects take a while. Only
   * time depends on it, {@link find} does it too.
   */
  *follow(): Generator<void, void> {
    yield* this.services.follow();
    yield* this.pods.follow();
  }

  /**
   * The Services that carry the labels themselves, else those whose own selector picks a Pod that does, in the
   * order of namespace and name.
   */
  find(selector: LabelSelector, namespace?: string): ServiceName[] {
    const steps = this.follow();
    while (!steps.next().done);
    const byLabels = select(this.services, selector, namespace);
    const found =
      byLabels.length > 0 ? byLabels : this.findByPods(selector, namespace);
    return found
      .map(({ metadata }) => ({
        namespace: metadata.namespace ?? '',
        name: metadata.name,
      }))
      .sort(
        (a, b) =>
          compareText(a.namespace, b.namespace) || compareText(a.name, b.name),
      );
  }

  private findByPods(selector: LabelSelector, namespace?: string): Resource[] {
    const found = new Set<Resource>();
    for (const { metadata } of select(this.pods, selector, namespace)) {
      const labels = metadata.labels ?? {};
      for (const [key, value] of Object.entries(labels)) {
        const place = joinKey(metadata.namespace ?? '', key, value);
        for (const service of this.services.get(place)) {
          const wanted = Object.entries(selectorOf(service)!);
          if (wanted.every(([name, text]) => labels[name] === text)) {
            found.add(service);
          }
        }
      }
    }
    return [...found];
  }
}

function select(
  objects: KeyedObjects,
  selector: LabelSelector,
  namespace: string | undefined,
): Resource[] {
  return chooseCandidates(objects, selector, namespace).filter(
    ({ metadata }) =>
      (!namespace || metadata.namespace === namespace) &&
      matchLabels(selector, metadata.labels),
  );
}

/** The fewest objects that can fulfil all requirements, as far as one of them or the namespace tells. */
function chooseCandidates(
  objects: KeyedObjects,
  selector: LabelSelector,
  namespace: string | undefined,
): readonly Resource[] {
  let best = namespace ? objects.inNamespace(namespace) : undefined;
  for (const requirement of selector) {
    const sets = listSets(objects, requirement);
    const size = sets?.reduce((sum, set) => sum + set.size, 0);
    if (sets && size! < (best?.length ?? Infinity)) {
      best = sets.flatMap(set => [...set]);
    }
  }
  return best ?? objects.all();
}

/** Undefined where objects without the label can fulfil it. */
function listSets(
  objects: KeyedObjects,
  requirement: Requirement,
): ReadonlySet<Resource>[] | undefined {
  switch (requirement.operator) {
    case 'in':
      return [...new Set(requirement.values)].map(value =>
        objects.get(joinKey(requirement.key, value)),
      );
    case 'exists':
      return [objects.get(requirement.key)];
    default:
      return undefined;
  }
}

function keysOfLabels({ metadata }: Resource): string[] {
  return Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => [
    key,
    joinKey(key, value),
  ]);
}

function keysOfSelector(service: Resource): string[] {
  const [first] = Object.entries(selectorOf(service) ?? {});
  return first ? [joinKey(service.metadata.namespace ?? '', ...first)] : [];
}

function selectorOf(service: Resource): Record<string, string> | undefined {
  const picks = (service.spec as { selector?: unknown } | undefined)?.selector;
  return picks && typeof picks === 'object'
    ? (picks as Record<string, string>)
    : undefined;
}

function joinKey(...parts: string[]): string {
  return parts.join('\0');
}

function compareText(a: string, b: string): number {
  if (a === b) {
    return 0;
  }
  return a < b ? -1 : 1;
}
