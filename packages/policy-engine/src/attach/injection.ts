import type { PodSpec } from '../parse/specs';
import { Family, sameData } from '../queries/queries';
import { ABSENT, type Injection, judgeByConfig, PRESENT } from './injectors';
import { isIstiod, istiodNamespaces, REVISION, TAG } from './istiods';
import { stringRecord } from './labels';
import type { Mesh } from './Mesh';

const REVISIONS = new Family();

const INJECT = 'sidecar.istio.io/inject';

/** Kind of the webhooks that `istioctl tag` and the value `revisionTags` of Istio's chart make for a tag. */
export const WEBHOOKS_KIND = 'MutatingWebhookConfiguration';

/** The one that serves namespaces with `istio-injection`: an istiod without another, or a tag. */
const DEFAULT_REVISION = 'default';

/** Where Istio never injects (its pkg/kube/inject/initializer.go). */
const IGNORED_NAMESPACES = [
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
];

/** What a Pod says to the injector. */
export interface Injectable {
  namespace: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  spec: PodSpec;
}

/**
 * What the injector would do with a Pod: first a webhook has to select it, which goes by labels of the Namespace and
 * of the Pod alone (mutatingwebhook.yaml of Istio's charts); then istiod looks at it (injectRequired in
 * pkg/kube/inject/inject.go), where an annotation counts, too.
 */
export function injectionOf(mesh: Mesh, pod: Injectable): Injection {
  const { labels, annotations, spec } = pod;
  if (spec.hostNetwork || IGNORED_NAMESPACES.includes(pod.namespace)) {
    return ABSENT;
  }
  const wish = labels[INJECT] ?? annotations[INJECT];
  const byConfig = judgeByConfig(mesh, labels, wish);
  if (byConfig.kind === 'absent') return ABSENT;
  const revision = selectingRevision(mesh, pod);
  if (revision.kind !== 'selected') return revision;
  if (byConfig.kind === 'unknown') return byConfig;
  if (isRunning(mesh, revision.name)) return PRESENT;
  return {
    kind: 'unknown',
    why: `revision ${revision.name} of the control plane is not among the objects, and a revision or tag that does not exist injects nothing`,
  };
}

/** The revision whose webhooks select a Pod. */
function selectingRevision(
  mesh: Mesh,
  { namespace, labels }: Injectable,
): { kind: 'selected'; name: string } | Injection {
  const selected = (name: string) => ({ kind: 'selected', name } as const);
  const place = mesh.stored('Namespace', '', namespace);
  const outer = stringRecord(place?.resource.metadata.labels);
  const injection = outer['istio-injection'];
  if (injection !== undefined) {
    return injection === 'enabled' ? selected(DEFAULT_REVISION) : ABSENT;
  }
  const revision = outer[REVISION] ?? labels[REVISION];
  if (revision !== undefined) return selected(revision);
  if (labels[INJECT] === 'true') return selected(DEFAULT_REVISION);
  return place
    ? ABSENT
    : {
        kind: 'unknown',
        why: `Namespace ${namespace} is not among the objects`,
      };
}

function isRunning(mesh: Mesh, revision: string): boolean {
  return namesInUse(mesh).includes(revision);
}

/** Revisions of the istiods, and the tags that lead to them. */
function namesInUse(mesh: Mesh): readonly string[] {
  return mesh.queries.getOne(
    REVISIONS,
    () => {
      const revisions = new Set(runningRevisions(mesh));
      const tags = mesh.all(WEBHOOKS_KIND).flatMap(({ resource }) => {
        const { [TAG]: tag, [REVISION]: of = '' } = stringRecord(
          resource.metadata.labels,
        );
        return tag !== undefined && revisions.has(of) ? tag : [];
      });
      return [...new Set([...revisions, ...tags])].sort();
    },
    sameData,
  );
}

/** Where no istiod is among the objects, one is installed from elsewhere, as most are. */
function runningRevisions(mesh: Mesh): readonly string[] {
  const found = ['Pod', 'Deployment']
    .flatMap(kind =>
      istiodNamespaces(mesh).flatMap(place => mesh.inNamespace(kind, place)),
    )
    .filter(({ resource }) => isIstiod(resource))
    .map(
      ({ resource }) =>
        stringRecord(resource.metadata.labels)[REVISION] || DEFAULT_REVISION,
    );
  return found.length > 0 ? found : [DEFAULT_REVISION];
}
