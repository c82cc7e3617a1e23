import {
  ANNOTATION_KUBERNETES_CLUSTER,
  ANNOTATION_KUBERNETES_ID,
  ANNOTATION_KUBERNETES_LABEL_SELECTOR,
  ANNOTATION_KUBERNETES_NAMESPACE,
} from 'backstage-plugin-istio-jwt-common';
import { Resource } from 'istio-jwt-policy-engine';
import { ServiceIndex } from '../../entity';
import { parseLabelSelector } from '../../entity/parseLabelSelector';

/** Labels by which people tell services apart, best first. */
const USUAL_LABELS = ['app.kubernetes.io/name', 'app', 'k8s-app', 'name'];
const MAX_LABELS = 8;

/**
 * Annotations by which an entity would claim a Service: those that mean it alone where there are
 * such, else those that mean it among others. Empty where its labels do not tell.
 */
export function suggestClaim(
  service: Resource,
  index: ServiceIndex,
  cluster: string | undefined,
): Record<string, string> {
  const { namespace = '', name } = service.metadata;
  const place = {
    [ANNOTATION_KUBERNETES_NAMESPACE]: namespace,
    ...(cluster ? { [ANNOTATION_KUBERNETES_CLUSTER]: cluster } : {}),
  };
  let second: Record<string, string> | undefined;
  for (const [annotation, value, text] of listCandidates(service)) {
    const selector = parseLabelSelector(text);
    const found = selector ? index.find(selector, namespace) : [];
    if (found.some(each => each.name === name)) {
      const claim = { [annotation]: value, ...place };
      if (found.length === 1) {
        return claim;
      }
      second ??= claim;
    }
  }
  return second ?? {};
}

/** Annotation, its value, and the selector that it stands for. */
function listCandidates(service: Resource): [string, string, string][] {
  const labels = service.metadata.labels ?? {};
  const id = labels[ANNOTATION_KUBERNETES_ID];
  const { selector } = (service.spec ?? {}) as {
    selector?: Record<string, string>;
  };
  const usual = USUAL_LABELS.filter(key => key in labels).map(
    key => `${key}=${labels[key]}`,
  );
  const texts = [...usual, joinLabels(labels), joinLabels(selector ?? {})];
  return [
    ...(id
      ? [
          [
            ANNOTATION_KUBERNETES_ID,
            id,
            `${ANNOTATION_KUBERNETES_ID}=${id}`,
          ] as [string, string, string],
        ]
      : []),
    ...texts
      .filter(Boolean)
      .map((text): [string, string, string] => [
        ANNOTATION_KUBERNETES_LABEL_SELECTOR,
        text,
        text,
      ]),
  ];
}

function joinLabels(labels: Record<string, string>): string {
  return Object.entries(labels)
    .slice(0, MAX_LABELS)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
