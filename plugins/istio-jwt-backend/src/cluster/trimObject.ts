/** A Kubernetes object as it came. */
export interface RawObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  spec?: any;
  status?: any;
  [field: string]: unknown;
}

export function isRawObject(value: unknown): value is RawObject {
  const metadata = (value as { metadata?: unknown } | null)?.metadata;
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    typeof (metadata as { name?: unknown }).name === 'string'
  );
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Annotations that say what of a Pod's traffic passes a proxy, and how that proxy is set up. */
const TRAFFIC_ANNOTATIONS =
  /^(sidecar\.istio\.io\/(status|inject|interceptionMode)|traffic\.sidecar\.istio\.io\/.+|ambient\.istio\.io\/redirection|proxy\.istio\.io\/config)$/;
/** ConfigMap of the default revision, and of others. */
const MESH_CONFIG = /^istio(-.+)?$/;
/** Arguments of `pilot-agent proxy` that tell a gateway or a waypoint from a sidecar. */
const PROXY_ROLES = new Set(['router', 'waypoint']);

/**
 * Drops what nobody reads, while reading: a mesh has more pods than anything else, and their full
 * form holds environment variables that are none of this plugin's business.
 */
export function trimObject(object: RawObject): RawObject {
  switch (object.kind) {
    case 'Pod':
      return trimPod(object);
    case 'Node':
      return {
        apiVersion: object.apiVersion,
        kind: object.kind,
        metadata: trimMetadata(object, false),
        spec: {},
        status: {
          addresses: object.status?.addresses,
          conditions: asArray(object.status?.conditions)
            .filter(c => c?.type === 'Ready')
            .map(c => ({ type: c.type, status: c.status })),
        },
      };
    case 'ConfigMap':
      return trimConfigMap(object);
    default:
      return { ...object, metadata: trimMetadata(object, true) };
  }
}

/** Only what istiod reads its mesh config from; others hold what is none of this plugin's business. */
function trimConfigMap(object: RawObject): RawObject {
  const mesh = (object.data as { mesh?: unknown } | null | undefined)?.mesh;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name: object.metadata.name,
      namespace: object.metadata.namespace,
      resourceVersion: object.metadata.resourceVersion,
    },
    ...(MESH_CONFIG.test(object.metadata.name) && typeof mesh === 'string'
      ? { data: { mesh } }
      : {}),
  };
}

function trimPod(pod: RawObject): RawObject {
  return {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: {
      name: pod.metadata.name,
      namespace: pod.metadata.namespace,
      resourceVersion: pod.metadata.resourceVersion,
      labels: pod.metadata.labels,
      annotations: trafficAnnotations(pod),
      ownerReferences: asArray(pod.metadata.ownerReferences).map(owner => ({
        kind: owner?.kind,
        name: owner?.name,
      })),
    },
    spec: {
      serviceAccountName: pod.spec?.serviceAccountName,
      ...(pod.spec?.hostNetwork === true ? { hostNetwork: true } : {}),
      containers: asArray(pod.spec?.containers).map(trimContainer),
      // Native sidecars are init containers that keep running.
      initContainers: asArray(pod.spec?.initContainers)
        .filter(container => container?.restartPolicy === 'Always')
        .map(container => ({
          ...trimContainer(container),
          restartPolicy: 'Always',
        })),
    },
    status: { podIP: pod.status?.podIP, phase: pod.status?.phase },
  };
}

function trafficAnnotations(
  pod: RawObject,
): Record<string, string> | undefined {
  const kept = Object.entries(pod.metadata.annotations ?? {}).filter(([key]) =>
    TRAFFIC_ANNOTATIONS.test(key),
  );
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

function trimContainer(container: any) {
  const roles = asArray(container?.args).filter(arg => PROXY_ROLES.has(arg));
  return {
    name: container?.name,
    ports: container?.ports,
    ...(roles.length > 0 ? { args: roles } : {}),
  };
}

function trimMetadata(
  object: RawObject,
  keepAnnotations: boolean,
): RawObject['metadata'] {
  const { managedFields, annotations, ...kept } = object.metadata;
  if (!keepAnnotations || !annotations) {
    return kept;
  }
  const { [LAST_APPLIED]: _, ...others } = annotations;
  return { ...kept, annotations: others };
}

function asArray(value: unknown): any[] {
  return Array.isArray(value) ? value : [];
}
