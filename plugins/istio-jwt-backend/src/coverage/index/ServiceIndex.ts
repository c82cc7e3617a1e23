import { Resource } from 'istio-jwt-policy-engine';
import { ServiceName } from '../../entity';
import { LabelSelector } from '../../entity/parseLabelSelector';
import { addTo, joinKey, LabelTable } from './LabelTable';

/**
 * Finds the Services that a selector means, as `matchServices` does, by looking at those that carry
 * one of its labels instead of all.
 */
export class ServiceIndex {
  private readonly services = new LabelTable();
  private readonly pods = new LabelTable();
  /** By namespace, and one label of their own selector. */
  private readonly bySelector = new Map<string, Resource[]>();

  /** @param yieldTurn - called again and again, as thousands of objects take a while */
  static async create(
    services: Resource[],
    pods: Resource[],
    yieldTurn: () => Promise<void> = async () => {},
  ): Promise<ServiceIndex> {
    const index = new ServiceIndex();
    for (const service of services) {
      index.services.add(service);
      const [first] = Object.entries(selectorOf(service) ?? {});
      if (first) {
        addTo(
          index.bySelector,
          joinKey(namespaceOf(service), ...first),
          service,
        );
      }
      await yieldTurn();
    }
    for (const pod of pods) {
      index.pods.add(pod);
      await yieldTurn();
    }
    return index;
  }

  /** In the order of namespace and name. */
  find(selector: LabelSelector, namespace?: string): ServiceName[] {
    const byLabels = this.services.find(selector, namespace);
    return (
      byLabels.length > 0 ? byLabels : this.findByPods(selector, namespace)
    ).map(service => ({
      namespace: namespaceOf(service),
      name: service.metadata.name,
    }));
  }

  private findByPods(selector: LabelSelector, namespace?: string): Resource[] {
    const found = new Set<Resource>();
    for (const pod of this.pods.find(selector, namespace)) {
      const labels = pod.metadata.labels ?? {};
      for (const [key, value] of Object.entries(labels)) {
        const candidates =
          this.bySelector.get(joinKey(namespaceOf(pod), key, value)) ?? [];
        for (const service of candidates) {
          const wanted = Object.entries(selectorOf(service)!);
          if (wanted.every(([name, text]) => labels[name] === text)) {
            found.add(service);
          }
        }
      }
    }
    return this.services.sort([...found]);
  }
}

function selectorOf(service: Resource): Record<string, string> | undefined {
  const picks = (service.spec as { selector?: unknown } | undefined)?.selector;
  return picks && typeof picks === 'object'
    ? (picks as Record<string, string>)
    : undefined;
}

function namespaceOf({ metadata }: Resource): string {
  return metadata.namespace ?? '';
}
