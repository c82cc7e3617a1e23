/** Annotations that tie a catalog entity to Kubernetes Services. The first four are Backstage's own. @public */
export const ANNOTATION_KUBERNETES_ID = 'backstage.io/kubernetes-id';
/** Wins over {@link ANNOTATION_KUBERNETES_ID}. @public */
export const ANNOTATION_KUBERNETES_LABEL_SELECTOR =
  'backstage.io/kubernetes-label-selector';
/** @public */
export const ANNOTATION_KUBERNETES_NAMESPACE =
  'backstage.io/kubernetes-namespace';
/** @public */
export const ANNOTATION_KUBERNETES_CLUSTER = 'backstage.io/kubernetes-cluster';
/** Comma-separated hosts; only ways in with these hosts are probed and shown. @public */
export const ANNOTATION_HOSTS = 'istio-jwt/hosts';
/** Comma-separated paths that probes request. Default `/`. @public */
export const ANNOTATION_PROBE_PATHS = 'istio-jwt/probe-paths';
