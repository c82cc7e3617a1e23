/**
 * Kubernetes objects as the engine holds them: fields that Istio reads are typed where they are
 * used, every other field is kept as it came.
 */

/** Names one Kubernetes object. `namespace` is absent for cluster-scoped kinds. @public */
export interface ResourceRef {
  kind: string;
  namespace?: string;
  name: string;
  /** Group and version; only its group counts, and only where two kinds have one name (`Gateway`). */
  apiVersion?: string;
}

/** Where an object was read from, for messages. Lines start at 1. @public */
export interface ResourceOrigin {
  file?: string;
  line?: number;
}

/** The part of Kubernetes' ObjectMeta that decides attachment. @public */
export interface ResourceMetadata {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  creationTimestamp?: string;
  resourceVersion?: string;
  uid?: string;
  [field: string]: unknown;
}

/** A parsed Kubernetes object. @public */
export interface Resource<TKind extends string = string, TSpec = unknown> {
  apiVersion: string;
  kind: TKind;
  metadata: ResourceMetadata;
  spec: TSpec;
  status?: unknown;
  origin?: ResourceOrigin;
}

/**
 * Something that could not be read, or that the API server's CRD validation would refuse. The rest
 * of the input is still used.
 *
 * @public
 */
export interface ParseError {
  message: string;
  /** Path inside the object, such as `spec.jwtRules[0].issuer`. */
  path?: string;
  resource?: ResourceRef;
  origin?: ResourceOrigin;
  /** No answer of the engine depends on whether the object is refused. */
  moot?: boolean;
}

/** @public */
export interface ParseResult {
  resources: Resource[];
  errors: ParseError[];
}
