// Annotations that tie a catalog entity to Kubernetes Services. The first four are Backstage's own.

/** Value of the label `backstage.io/kubernetes-id` of the Services, or of Pods behind Services. @public */
export const ANNOTATION_KUBERNETES_ID = 'backstage.io/kubernetes-id';
/** Labels of the Services, or of Pods behind Services, such as `app=shop`. Wins over the id. @public */
export const ANNOTATION_KUBERNETES_LABEL_SELECTOR =
  'backstage.io/kubernetes-label-selector';
/** Where to look for Services. Default: every namespace. @public */
export const ANNOTATION_KUBERNETES_NAMESPACE =
  'backstage.io/kubernetes-namespace';
/** Name of a cluster. Default: all. @public */
export const ANNOTATION_KUBERNETES_CLUSTER = 'backstage.io/kubernetes-cluster';
/**
 * Hosts, divided by commas: only ways in with these are shown and probed. In-mesh ways in always are shown.
 * Default: all.
 *
 * @public
 */
export const ANNOTATION_HOSTS = 'istio-jwt/hosts';
/**
 * Paths that probes ask for, divided by commas, 5 at most. Default: one of each route that leads here.
 *
 * @public
 */
export const ANNOTATION_PROBE_PATHS = 'istio-jwt/probe-paths';
