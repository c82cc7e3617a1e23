import { ResourceRef } from 'istio-jwt-policy-engine';

/** One Kubernetes Service of a cluster. @public */
export interface EnablementService {
  cluster: string;
  namespace: string;
  name: string;
}

/** Exactly one object as it stands: another one, or a later version, is not meant. @public */
export interface NamedObject {
  kind: 'RequestAuthentication' | 'AuthorizationPolicy';
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
}

/** Who wrote which parts of an object, by its managed fields. @public */
export interface ObjectAuthor {
  /** Field manager, such as `kubectl-edit`. */
  manager: string;
  /** ISO 8601, of its last write. */
  at?: string;
  /** Such as `spec.rules`. */
  fields: string[];
}

/** A policy on a way in that nobody marked as the portal's. @public */
export interface AdoptableObject extends NamedObject {
  /** Newest last. Empty: not known. */
  authors: ObjectAuthor[];
  /** Why it cannot be adopted. */
  disabledReason?: string;
}

/**
 * An object that is not as an operation left it. `extra`: it carries the portal's marks, and no
 * operation left it there.
 *
 * @public
 */
export interface DriftedObject {
  kind: 'edited' | 'deleted' | 'extra';
  ref: ResourceRef;
  /** YAML of what was written. Absent for `extra`. */
  written?: string;
  /** YAML of what stands. Absent for `deleted`. */
  standing?: string;
  /** Of what stands, the portal left out; newest last. Empty: not known. */
  authors: ObjectAuthor[];
  /** By which it is named in a request. Absent for `deleted`. */
  object?: NamedObject;
}

/** What differs of one operation. @public */
export interface EnablementDrift {
  enablementId: string;
  objects: DriftedObject[];
}
