import { Resource } from '../model';
import { LabelSelectorSpec } from '../parse/specs';
import { sameData } from '../queries/queries';
import { GATEWAY_API_GROUP } from './gatewayApi/specs';
import { isIstiod, REVISION } from './istiods';
import { matchesLabelSelector, stringRecord } from './labels';
import type { Stored } from './Stored';

/** Whether the istiods of a cluster read an object. */
export type Reading =
  | { kind: 'read' }
  | { kind: 'not-read'; why: string; cause: 'namespace' | 'revision' }
  | { kind: 'uncertain'; why: string };

const READ: Reading = { kind: 'read' };

/**
 * What istiod reads of a cluster: of the namespaces that `discoverySelectors` of its mesh config select
 * (pkg/kube/namespace/filter.go), and of objects with a label `istio.io/rev` those of its own revision
 * (pkg/config/model.go, LabelsInRevision; tags of revisions do not count). The revisions that run are known from
 * istiods and from what the injector wrote on Pods.
 */
export class Discovery {
  private selectors: readonly LabelSelectorSpec[] = [];
  private readonly podsByRevision = new Map<string, number>();

  constructor(
    private readonly namespaceNamed: (name: string) => Resource | undefined,
  ) {}

  /** Whether it depends on a Namespace's labels what is read. */
  get isSelective(): boolean {
    return this.selectors.length > 0;
  }

  /** Returns whether other namespaces may be selected than before. */
  select(selectors: readonly LabelSelectorSpec[]): boolean {
    if (sameData(selectors, this.selectors)) return false;
    this.selectors = selectors;
    return true;
  }

  /** Takes a Pod or Deployment for another one. Returns whether other revisions run than before. */
  replace(before: Resource | undefined, after: Resource | undefined): boolean {
    const [old, next] = [runningRevision(before), runningRevision(after)];
    if (old === next) return false;
    const lost = old !== undefined && this.count(old, -1) === 0;
    const won = next !== undefined && this.count(next, 1) === 1;
    return lost || won;
  }

  readingOf({ resource, namespace }: Stored): Reading {
    const isPlain = this.selectors.length === 0 && !isLabelled(resource);
    if (isPlain || !isReadSelectively(resource)) return READ;
    const inNamespace = this.readingIn(namespace);
    if (inNamespace.kind === 'not-read') return inNamespace;
    const ofRevision = this.readingOfRevision(resource);
    return ofRevision.kind === 'read' ? inNamespace : ofRevision;
  }

  /** Whether istiod knows of a namespace, and of the Services and Pods in it. */
  readingIn(namespace: string): Reading {
    if (this.selectors.length === 0 || namespace === '') return READ;
    const found = this.namespaceNamed(namespace);
    if (!found) {
      return {
        kind: 'uncertain',
        why: `whether istiod reads namespace ${namespace} is not known: the mesh config has discoverySelectors, and the Namespace is not among the objects`,
      };
    }
    const labels = stringRecord(found.metadata.labels);
    return this.selectors.some(each => matchesLabelSelector(each, labels))
      ? READ
      : {
          kind: 'not-read',
          cause: 'namespace',
          why: `discoverySelectors of the mesh config do not select namespace ${namespace}`,
        };
  }

  private readingOfRevision(resource: Resource): Reading {
    const wanted = revisionLabelOf(resource);
    // A Gateway of the Gateway API is served by every istiod; its label says which one deploys the proxy.
    if (wanted === undefined || isServedByAll(resource)) return READ;
    const running = [...this.podsByRevision.keys()].sort();
    const alone = `it is for revision ${wanted} of the control plane alone`;
    if (running.length === 0) {
      return {
        kind: 'uncertain',
        why: `${alone}, and which revisions run is not known`,
      };
    }
    const all = running.join(', ');
    if (!running.includes(wanted)) {
      const run = running.length > 1 ? 'run' : 'runs';
      return {
        kind: 'not-read',
        cause: 'revision',
        why: `${alone}, and only ${all} ${run}`,
      };
    }
    return running.length > 1
      ? { kind: 'uncertain', why: `${alone}, and ${all} run` }
      : READ;
  }

  private count(revision: string, more: number): number {
    const count = (this.podsByRevision.get(revision) ?? 0) + more;
    if (count === 0) this.podsByRevision.delete(revision);
    else this.podsByRevision.set(revision, count);
    return count;
  }
}

/** The revision that an object is for; undefined for one that is for all. */
export function revisionLabelOf(resource: Resource): string | undefined {
  return isLabelled(resource) &&
    isReadSelectively(resource) &&
    // Istio's reader of Ingresses minds no revision.
    resource.kind !== 'Ingress'
    ? stringRecord(resource.metadata.labels)[REVISION]
    : undefined;
}

/** Quickly, for every object: whatever stands there was not read yet. */
function isLabelled({ metadata: { labels } }: Resource): boolean {
  return typeof labels === 'object' && labels !== null && REVISION in labels;
}

/** The revision of an istiod, or of the one that configures a Pod's proxy. */
function runningRevision(resource: Resource | undefined): string | undefined {
  if (!resource) return undefined;
  const { labels, annotations } = resource.metadata;
  const revision = isIstiod(resource)
    ? stringRecord(labels)[REVISION]
    : resource.kind === 'Pod' && stringRecord(annotations)[REVISION];
  return revision || undefined;
}

/** Kinds of configuration. Services and Pods are kept, whatever istiod makes of their namespace. */
function isReadSelectively({ apiVersion, kind }: Resource): boolean {
  const group = apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
  return (
    group.endsWith('.istio.io') ||
    group.startsWith(GATEWAY_API_GROUP) ||
    kind === 'Ingress'
  );
}

function isServedByAll({ apiVersion, kind }: Resource): boolean {
  return (
    (kind === 'Gateway' || kind === 'ListenerSet') &&
    apiVersion.startsWith(GATEWAY_API_GROUP)
  );
}
