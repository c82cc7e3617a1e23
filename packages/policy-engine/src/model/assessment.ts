import { ProxyRequest } from './request';
import { ResourceRef } from './resource';
import { ProtectionState } from './state';

/**
 * Names the proxy that decides: an Envoy, or ztunnel, which knows connections only and never sees
 * a token.
 *
 * @public
 */
export interface ProxyRef {
  kind: 'gateway' | 'sidecar' | 'waypoint' | 'ztunnel' | 'none';
  namespace: string;
  /** Workload name for people, such as `istio-ingressgateway`. */
  name: string;
  labels: Record<string, string>;
  /**
   * A waypoint decides by the policies of the Service that the request is for. Absent there: the request is
   * for a Pod or a ServiceEntry, and those for no Service in particular decide.
   */
  service?: { namespace: string; name: string };
}

/** A policy that reaches a proxy, and by what. @public */
export interface AttachedPolicy {
  ref: ResourceRef;
  by: 'selector' | 'namespace' | 'root-namespace' | 'target-ref';
  /** AuthorizationPolicy only. `dryRun` policies are shown and never enforced. */
  action?: 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM';
  dryRun?: boolean;
}

/** One proxy on the way from the client to the workload. @public */
export interface Hop {
  proxy: ProxyRef;
  /** Port that the proxy sees (target port). */
  port: number;
  protocol: 'http' | 'tcp';
  policies: AttachedPolicy[];
  /**
   * How the proxy before connects. Absent: with Istio's mutual TLS and its own identity, where this one takes it.
   * `mutual-tls`: so even where it does not. `plaintext`: without a certificate of the mesh. `unknown`: configured in
   * a way that is not read.
   */
  peer?: 'mutual-tls' | 'plaintext' | 'unknown';
}

/**
 * A request class that passes without a valid token, with one request that shows it. The witness is
 * what a client would send to the first hop.
 *
 * @public
 */
export interface Exposure {
  /** One line, such as `GET /healthz from anyone`. */
  summary: string;
  witness: ProxyRequest;
  /** Policy that admits it, where one does. */
  admittedBy?: ResourceRef;
  /** True where the class covers every path, method and caller of the way in. */
  everything: boolean;
}

/** An issuer that some proxy on the way trusts. @public */
export interface IssuerUse {
  issuer: string;
  audiences: string[];
  jwks:
    | { kind: 'uri'; uri: string }
    | { kind: 'inline' }
    | { kind: 'discovery' };
  forwardOriginalToken: boolean;
  requestAuthentication: ResourceRef;
}

/** One path by which a request can reach a service. @public */
export interface WayIn {
  /** Stable over re-analysis, unique within the service. Safe in a URL path segment. */
  id: string;
  kind: 'gateway' | 'in-mesh';
  /** Host that a client puts in `:authority`, without port. `*` where any host does. */
  host: string;
  /** Port that a client connects to: the gateway server's or the Service's. */
  port: number;
  protocol: 'http' | 'https' | 'tcp' | 'tls';
  /** Path patterns that the route sends here, such as `/api/*`. Empty: all. */
  paths: string[];
  gateway?: ResourceRef;
  route?: ResourceRef;
  /** First element meets the client first. Empty where no proxy stands on the way. */
  hops: Hop[];
  /** Service and Service port that the route leads to. Always set by the engine. */
  destination?: { namespace: string; name: string; port: number };
  /** Why the engine cannot decide a request that passes all `hops`. Absent or empty: it can. */
  uncertain?: string[];
  /**
   * Headers, by names in lower case, without which a client is sent elsewhere: `X-Forwarded-Proto` of a
   * trusted proxy, where a gateway redirects all others to HTTPS.
   */
  requiredHeaders?: Record<string, string>;
  /** Callers that the way in admits before any policy: what mutual TLS demands of them. */
  callerIdentity?: 'required' | 'optional' | 'none';
}

/** @public */
export interface WayInAssessment extends WayIn {
  state: ProtectionState;
  /** One sentence that says why, for a person. */
  reason: string;
  /** Exposed request classes, heaviest first, at most 20. */
  exposures: Exposure[];
  issuers: IssuerUse[];
}

/** @public */
export type FindingSeverity = 'error' | 'warning' | 'info';

/** One operation of a JSON Patch (RFC 6902), of the kinds that a fix needs. @public */
export type JsonPatchOperation =
  | { op: 'add' | 'replace'; path: string; value: unknown }
  | { op: 'remove'; path: string };

/**
 * A fix that a machine can apply: a JSON Patch (RFC 6902), as `kubectl patch --type=json` takes it,
 * of one existing object. `test` operations are left out: the object is the one that was analysed.
 *
 * @public
 */
export interface FindingPatch {
  target: ResourceRef & { apiVersion: string };
  operations: JsonPatchOperation[];
}

/** One misconfiguration. @public */
export interface Finding {
  /** From the catalogue, such as `sibling-allow`. */
  id: string;
  severity: FindingSeverity;
  title: string;
  message: string;
  /** What to do about it. */
  fix: string;
  resource?: ResourceRef;
  /** Path inside the resource. */
  path?: string;
  /** The fix as a patch, where one object's change is the whole fix and no choice is left open. */
  patch?: FindingPatch;
}

/** Everything that the configuration says about one Kubernetes Service. @public */
export interface ServiceAssessment {
  service: { namespace: string; name: string };
  state: ProtectionState;
  reason: string;
  waysIn: WayInAssessment[];
  issuers: IssuerUse[];
  /** Every RequestAuthentication and AuthorizationPolicy on some way in, once. */
  policies: ResourceRef[];
  findings: Finding[];
}
