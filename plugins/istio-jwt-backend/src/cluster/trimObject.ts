import { trimObject as trimForEngine } from 'istio-jwt-policy-engine';

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

/** Drops what neither the engine nor probes read, while reading. */
export function trimObject(object: RawObject): RawObject {
  return object.kind === 'Node'
    ? trimNode(object)
    : (trimForEngine(object) as RawObject);
}

/** Probes look for addresses of Nodes that are ready. */
function trimNode({
  apiVersion,
  kind,
  metadata: { managedFields, annotations, ...metadata },
  status,
}: RawObject): RawObject {
  const conditions: unknown = status?.conditions;
  return {
    apiVersion,
    kind,
    metadata,
    spec: {},
    status: {
      addresses: status?.addresses,
      conditions: (Array.isArray(conditions) ? conditions : [])
        .filter(condition => condition?.type === 'Ready')
        .map(condition => ({ type: condition.type, status: condition.status })),
    },
  };
}
