import { Resource } from 'istio-jwt-policy-engine';
import {
  LabelSelector,
  matchLabels,
  Requirement,
} from '../../entity/parseLabelSelector';

/** Objects by label. */
export class LabelTable {
  private readonly byLabel = new Map<string, Resource[]>();
  private readonly byKey = new Map<string, Resource[]>();
  private readonly positions = new Map<Resource, number>();

  private readonly all: Resource[] = [];

  add(resource: Resource): void {
    this.positions.set(resource, this.all.length);
    this.all.push(resource);
    for (const [key, value] of Object.entries(resource.metadata.labels ?? {})) {
      addTo(this.byLabel, joinKey(key, value), resource);
      addTo(this.byKey, key, resource);
    }
  }

  find(selector: LabelSelector, namespace?: string): Resource[] {
    return this.sort(
      this.chooseCandidates(selector).filter(
        resource =>
          (!namespace || resource.metadata.namespace === namespace) &&
          matchLabels(selector, resource.metadata.labels),
      ),
    );
  }

  sort(resources: Resource[]): Resource[] {
    return resources.sort(
      (a, b) => this.positions.get(a)! - this.positions.get(b)!,
    );
  }

  /** The fewest objects that can fulfil all requirements, as far as one of them tells. */
  private chooseCandidates(selector: LabelSelector): Resource[] {
    return selector
      .map(requirement => this.listCandidates(requirement))
      .reduce((best, next) => (next.length < best.length ? next : best));
  }

  private listCandidates(requirement: Requirement): Resource[] {
    switch (requirement.operator) {
      case 'in':
        return [...new Set(requirement.values)].flatMap(
          value => this.byLabel.get(joinKey(requirement.key, value)) ?? [],
        );
      case 'exists':
        return this.byKey.get(requirement.key) ?? [];
      default:
        return this.all;
    }
  }
}

export function joinKey(...parts: string[]): string {
  return parts.join('\0');
}

export function addTo<V>(map: Map<string, V[]>, key: string, value: V): void {
  const known = map.get(key);
  if (known) {
    known.push(value);
  } else {
    map.set(key, [value]);
  }
}
