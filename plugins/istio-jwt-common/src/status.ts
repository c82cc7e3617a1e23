import {
  Finding,
  Hop,
  IssuerUse,
  ProtectionState,
  ResourceRef,
  WayInAssessment,
} from 'istio-jwt-policy-engine';
import { IssuerHealthView } from './issuerHealth';
import { MismatchExplanation } from './mismatch';

/**
 * How old the picture of a cluster is. Times are ISO 8601.
 *
 * @public
 */
export interface ClusterFreshness {
  cluster: string;
  /** `sandbox: true` for the embedded mesh: it proves nothing about a real Istio. */
  sandbox: boolean;
  state:
    | { kind: 'synced' }
    | { kind: 'syncing' }
    /** Served from memory while the cluster cannot be reached; `since` is when it was last in sync. */
    | { kind: 'stale'; since: string; reason: string }
    /** Never read. */
    | { kind: 'unavailable'; reason: string; fix: string };
  /** Time of the last event or list that changed the picture. */
  lastChangeAt?: string;
  /** Kinds that could not be read (forbidden, or security kinds that the cluster lacks); verdicts that need them are `unknown`. */
  missingKinds: { kind: string; reason: string; fix: string }[];
}

/**
 * What the headers of an answer tell of where it came from: nothing that whoever answers can choose
 * freely.
 *
 * @public
 */
export interface AnswerTraces {
  /** The `server` header where it is a well-known one, else `something else`. Istio's proxies say `istio-envoy`. */
  server?: string;
  /** Names of headers that proxies before the gateway add, such as `via` and `cf-ray`. */
  inFront: string[];
  /** Whether an Envoy passed the request on: `x-envoy-upstream-service-time`. */
  passedOn: boolean;
}

/** One probe's answer. Holds no token, ever. @public */
export interface Observation {
  /** Id from the vector catalogue, such as `no-token`. */
  vector: string;
  title: string;
  /** What the vector is about, for grouping: `credentials`, `form`, `signature`, `claims`, `place`, `request`. */
  group?: string;
  wayInId: string;
  /** Service that the way in leads to. */
  service?: { cluster: string; namespace: string; name: string };
  /**
   * Who asked, where the probe came from inside the mesh: a SPIFFE identity without `spiffe://`, or a
   * Pod without a certificate. Absent: this backend.
   */
  caller?: string;
  /** Issuer that the probe's token names, where it carries one. */
  issuer?: string;
  /** What was asked for; never holds a token. */
  request?: { method: string; host: string; path: string };
  /** Tells something and expects nothing: never agrees, never disagrees. */
  informative?: true;
  /** Why the result is what it is, where the status alone does not tell. */
  note?: string;
  /** Digest of the configuration that `expected` was derived from. */
  configuration?: string;
  /** The configuration changed since, so that this says nothing about it. */
  outdated?: boolean;
  /** From an earlier run: the last one did not send this vector. */
  carried?: boolean;
  /** `status: null` for an informative vector that expects nothing. */
  expected: {
    status: (number | 'not-401-403')[] | null;
    body?: string;
    why: string;
  };
  observed:
    | {
        kind: 'answer';
        status: number;
        body?: string;
        durationMs: number;
        origin?: AnswerTraces;
      }
    | { kind: 'error'; code: string; message: string }
    /** Not sent: no token source, way in not reachable by probes, cancelled. */
    | { kind: 'not-tested'; reason: string };
  result: 'agrees' | 'disagrees' | 'inconclusive' | 'not-tested';
  at: string;
}

/** @public */
export interface ProbeRun {
  id: string;
  entityRef: string;
  status: 'running' | 'done' | 'failed';
  startedAt: string;
  finishedAt?: string;
  /** Number of probes planned; `observations.length` of them are done. */
  total: number;
  observations: Observation[];
  /** Where requests went, and what was tried, per way in. */
  targets: {
    wayInId: string;
    service?: { cluster: string; namespace: string; name: string };
    /** `host:port` that this backend connected to. */
    address?: string;
    /** How requests went where they went to no address, such as `port-forward to Pod istio-system/gateway:8080`. */
    through?: string;
    /** Probes left out, for a run is bounded. */
    omitted?: number;
    tried: string[];
    reason?: string;
    /** Where answers differ from what the configuration says: what may be behind it. */
    mismatch?: MismatchExplanation;
  }[];
  error?: string;
  /** Which vectors were sent. Absent: all. */
  vectors?: 'all' | 'essential';
  /** What happened on the way, such as a gateway that asked to wait. */
  notes?: string[];
  /** Entity ref of a person, name of a service, or `STARTED_BY_SCHEDULE`. */
  startedBy: string;
}

/** A policy as shown: its YAML without managed fields. @public */
export interface PolicyView {
  cluster: string;
  ref: ResourceRef;
  yaml: string;
}

/** @public */
export interface HopStatus extends Hop {
  /** `policies` leave out those scoped to other hosts of a shared gateway: their number. */
  policiesOfOtherHosts?: number;
  /** Why the proxy may answer otherwise than its policies say, in sentences. Absent: it does not. */
  opaque?: string[];
  /**
   * Whether the proxy refuses what no ALLOW policy admits; `policies` may not have the one for
   * another host that makes it so. Absent: it does not.
   */
  defaultDeny?: true | 'unknown';
}

/** @public */
export interface WayInStatus extends WayInAssessment {
  hops: HopStatus[];
  /** State before the last observation was taken into account. */
  verdict: ProtectionState;
}

/** @public */
export interface ServiceStatus {
  cluster: string;
  namespace: string;
  name: string;
  state: ProtectionState;
  reason: string;
  waysIn: WayInStatus[];
  issuers: IssuerUse[];
  findings: Finding[];
}

/** What is wrong with an entity's annotations or cluster, and what to do. @public */
export interface StatusProblem {
  code:
    | 'no-annotations'
    | 'no-match'
    | 'not-owner'
    | 'invalid-annotation'
    | 'unknown-cluster'
    | 'cluster-unavailable'
    | 'several-services'
    | 'malformed-policy';
  message: string;
  fix: string;
}

/** Answer of `GET /v1/entities/{kind}/{namespace}/{name}/status`. @public */
export interface EntityStatus {
  entityRef: string;
  /** Changes whenever anything a person sees changes, and only then. */
  revision: string;
  /** Worst of `services`; `unknown` where there is none. */
  state: ProtectionState;
  reason: string;
  services: ServiceStatus[];
  policies: PolicyView[];
  /** Every issuer of `services` once per key source. */
  issuerHealth: IssuerHealthView[];
  problems: StatusProblem[];
  lastRun?: ProbeRun;
  freshness: ClusterFreshness[];
  generatedAt: string;
  /** Whether the caller may run probes. */
  canRunProbes: boolean;
}

/** Signals channel of the plugin. @public */
export const ISTIO_JWT_SIGNAL_CHANNEL = 'istio-jwt';

/**
 * Message on {@link ISTIO_JWT_SIGNAL_CHANNEL}. Says only that something is new, never what, and goes to
 * everybody who is signed in: so `entity` is the digest of a ref, by `digestEntityRef`, and nothing is named.
 *
 * @public
 */
export type IstioJwtSignal = { entity: string } & (
  | { type: 'status-changed'; revision: string }
  /** A change of state was recorded. */
  | { type: 'history-changed' }
  /** An enablement moved on. */
  | { type: 'enablement-changed' }
  | { type: 'probe-progress'; done: number; total: number }
);
