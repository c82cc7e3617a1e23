import { Installed } from './installed';
import { asList, textAt, Values, valueAt } from './values';

/** Fields of Pods and Services that decide no request, in a path of Istio's syntax. */
const HARMLESS = new RegExp(
  `(^|\\.)(${[
    ...['affinity', 'lifecycle', 'livenessProbe', 'readinessProbe'],
    ...['startupProbe', 'resources', 'securityContext', 'volumes'],
    ...['volumeMounts', 'imagePullPolicy', 'imagePullSecrets', 'nodeSelector'],
    ...['tolerations', 'topologySpreadConstraints', 'priorityClassName'],
    ...['terminationGracePeriodSeconds', 'replicas', 'strategy', 'type'],
    ...['nodePort', 'loadBalancerIP', 'loadBalancerSourceRanges'],
    ...['externalTrafficPolicy', 'internalTrafficPolicy'],
  ].join('|')})(\\.|\\[|$)`,
);
/** Below these every name is a person's own. */
const OF_PERSONS = /(^|\.)(labels|annotations|env|args|data)(\.|\[|$)/;
const OWN_ANNOTATIONS = /^metadata\.annotations(\.|\[|$)/;

/** What is rendered for a component of an IstioOperator, but for objects in which its overlays may change anything. */
export function withoutOverlaid(
  component: Values,
  objects: readonly object[],
): Installed {
  const overlays = asList(valueAt(component, 'k8s', 'overlays')).filter(
    overlay => !asList(valueAt(overlay, 'patches')).every(isHarmless),
  );
  const isOverlaid = (object: object) =>
    overlays.some(
      overlay =>
        textAt(overlay, 'kind') === textAt(object, 'kind') &&
        textAt(overlay, 'name') === textAt(object, 'metadata', 'name'),
    );
  return {
    objects: objects.filter(object => !isOverlaid(object)),
    doubts: objects
      .filter(isOverlaid)
      .map(
        object =>
          `changes ${textAt(object, 'kind')} ${textAt(
            object,
            'metadata',
            'name',
          )} by overlays that are not followed: it does not count`,
      ),
  };
}

function isHarmless(patch: Values): boolean {
  const path = textAt(patch, 'path') ?? '';
  return (
    OWN_ANNOTATIONS.test(path) ||
    (HARMLESS.test(path) && !OF_PERSONS.test(path))
  );
}
