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
const SIDECAR_STATUS = 'sidecar.istio.io/status';

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
    default:
      return { ...object, metadata: trimMetadata(object, true) };
  }
}

function trimPod(pod: RawObject): RawObject {
  const sidecar = pod.metadata.annotations?.[SIDECAR_STATUS];
  return {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: {
      name: pod.metadata.name,
      namespace: pod.metadata.namespace,
      resourceVersion: pod.metadata.resourceVersion,
      labels: pod.metadata.labels,
      annotations: sidecar ? { [SIDECAR_STATUS]: sidecar } : undefined,
    },
    spec: {
      serviceAccountName: pod.spec?.serviceAccountName,
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

function trimContainer(container: any) {
  return { name: container?.name, ports: container?.ports };
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
