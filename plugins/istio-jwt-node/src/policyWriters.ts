import { createExtensionPoint } from '@backstage/backend-plugin-api';

/**
 * An object of an operation as it is to stand in a cluster: a RequestAuthentication or
 * AuthorizationPolicy, and where a route is created, an HTTPRoute, a VirtualService or an Istio Gateway.
 *
 * @public
 */
export interface PolicyObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: unknown;
}

/** Names such an object. @public */
export interface PolicyRef {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
}

/** Such an object as it stands in a cluster. @public */
export interface LivePolicy extends PolicyObject {
  metadata: PolicyObject['metadata'] & { uid: string; resourceVersion: string };
}

/**
 * What became of a call. Messages are for people and hold no secret.
 *
 * - `object`: as it stands now (of a dry run: as it would); `created` where it was not there before
 * - `absent`: nothing stands there
 * - `conflict`: somebody else owns fields, or it changed meanwhile; nothing was written
 * - `refused`: the cluster does not want it, and will not change its mind
 * - `unavailable`: whether it was written is not known; to be tried again
 *
 * @public
 */
export type PolicyAnswer =
  | { kind: 'object'; object: LivePolicy; created: boolean }
  | { kind: 'absent' }
  | { kind: 'conflict'; message: string }
  | { kind: 'refused'; message: string }
  | { kind: 'unavailable'; message: string };

/** What every call of a {@link PolicyWriter} carries. @public */
export interface PolicyCall {
  cluster: string;
  signal: AbortSignal;
}

/**
 * Brings policies into a cluster. The operation that calls it checks whose an object is, waits on
 * behaviour and takes back; a writer only reads and writes, and never forces.
 *
 * @public
 */
export interface PolicyWriter {
  /** For messages, such as `direct`. */
  id: string;
  /** Whether it writes to a cluster. The first writer that does is used. */
  writesTo(cluster: string): boolean;
  /**
   * What the writer's credentials may not do and would have to, to write these objects and to take them
   * back, such as `delete authorizationpolicies.security.istio.io in istio-system`. Asked while planning;
   * never throws, and names nothing where it cannot tell.
   */
  findMissingRights?(
    call: PolicyCall & { refs: readonly PolicyRef[] },
  ): Promise<string[]>;
  read(call: PolicyCall & { ref: PolicyRef }): Promise<PolicyAnswer>;
  /**
   * Writes an object under a field manager of its own, and leaves alone what others own.
   *
   * @param resourceVersion - of the object that is to be changed; absent where none is to be there
   * @param force - takes the fields from whoever owns them: only where a person consented to that for
   * exactly this object
   */
  apply(
    call: PolicyCall & {
      object: PolicyObject;
      resourceVersion?: string;
      force?: boolean;
      dryRun: boolean;
    },
  ): Promise<PolicyAnswer>;
  /** Deletes exactly this version of this object. `absent` where it is gone already. */
  remove(
    call: PolicyCall & {
      ref: PolicyRef;
      uid: string;
      resourceVersion: string;
      dryRun: boolean;
    },
  ): Promise<PolicyAnswer>;
}

/** @public */
export interface IstioJwtPolicyWritersExtensionPoint {
  /** Writers are asked in the order they were added, before the built-in one. */
  addPolicyWriter(...writers: PolicyWriter[]): void;
}

/**
 * Adds ways by which policies get into clusters.
 *
 * @public
 */
export const istioJwtPolicyWritersExtensionPoint =
  createExtensionPoint<IstioJwtPolicyWritersExtensionPoint>({
    id: 'istio-jwt.policy-writers',
  });
