import { trimObject as trimForEngine } from 'istio-jwt-policy-engine';
import { FieldAuthor, readAuthors } from './readAuthors';

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
  /** Of policies; kept beside the mesh. */
  authors?: FieldAuthor[];
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

/** Kinds of which it is told who wrote them. */
const AUTHORED_KINDS = new Set([
  'RequestAuthentication',
  'AuthorizationPolicy',
]);

/** Drops what neither the engine nor probes read, while reading. */
export function trimObject(object: RawObject): RawObject {
  if (object.kind === 'Node') return trimNode(object);
  const trimmed = trimForEngine(object) as RawObject;
  return AUTHORED_KINDS.has(object.kind ?? '')
    ? { ...trimmed, authors: readAuthors(object.metadata.managedFields) }
    : trimmed;
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
