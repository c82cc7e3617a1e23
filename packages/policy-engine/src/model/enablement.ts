import { Finding } from './assessment';
import { ProxyRequest } from './request';
import { Resource, ResourceRef } from './resource';
import { ProtectionState } from './state';

/** An issuer that may be trusted, as a platform team allows it. @public */
export interface EnablementIssuer {
  /** Exact `iss`. */
  issuer: string;
  /** Where istiod reads the keys. Absent, and no `jwks`: by OpenID Connect discovery. */
  jwksUri?: string;
  /** The keys themselves, as a JSON Web Key Set (RFC 7517). */
  jwks?: string;
  /** Any of these has to be in `aud`. Empty: any audience. */
  audiences: string[];
  /** Headers that hold the token. Empty: `Authorization: Bearer`, and `access_token` in the query. */
  fromHeaders?: { name: string; prefix?: string }[];
  /** Claims that a token has to carry, each with one of its values. */
  claims?: { name: string; values: string[] }[];
}

/**
 * A place at a gateway where a route to a service can begin.
 *
 * - `gateway-api`: a listener of a Gateway of the Gateway API; the route is an HTTPRoute
 * - `istio`: a server of an Istio Gateway; the route is a VirtualService
 * - `workload`: a gateway workload, which gets an Istio Gateway for the host, and a VirtualService
 *
 * @public
 */
export interface RouteGateway {
  /** Unique within a cluster. */
  id: string;
  by: 'gateway-api' | 'istio' | 'workload';
  namespace: string;
  /** Of the Gateway, or of the workload. */
  name: string;
  /** Name of the listener, of the Gateway API. */
  listener?: string;
  /** Port that clients connect to. */
  port: number;
  protocol: 'http' | 'https';
  /** Hosts that it takes, exact or `*.suffix`; `*` for any. */
  hosts: string[];
  /** Workloads that stand as this gateway, as `namespace/name`. */
  workloads: string[];
}

/** A route that is to be created where none exists. @public */
export interface RouteRequest {
  /** Exact host name, in lower case and without a port. */
  host: string;
  /** Id of a {@link RouteGateway}. */
  gateway: string;
  /** Port of the Service. */
  port: number;
}

/** What somebody asks to be protected, and how. @public */
export interface EnablementRequest {
  service: { namespace: string; name: string };
  /** Ids of ways in of the service; all of them by gateways, or all of them in the mesh. */
  waysIn: string[];
  /** Creates a way in of its own; `waysIn` is empty then. */
  route?: RouteRequest;
  issuer: EnablementIssuer;
  /** Paths that stay open without a token: exact (`/healthz`), or a prefix (`/public/*`). */
  exemptPaths: string[];
  /** Whether CORS preflights pass: browsers send them without a token. */
  preflights: 'let-through' | 'refuse';
  /** Name of what is written, and labels and annotations that mark it as ours. */
  naming: {
    name: string;
    labels: Record<string, string>;
    annotations?: Record<string, string>;
  };
  /**
   * Objects that protect these ways in already and are to be replaced: their names are kept, and
   * those that are not needed any more are deleted. Absent: nothing stands.
   */
  standing?: ResourceRef[];
  /** The only pattern that may be taken. Absent: the first that is safe. */
  pattern?: EnablementPattern;
}

/**
 * How a host is made to require a token.
 *
 * - `own-gateway`: targetRefs on a Gateway of the Gateway API that serves this service alone
 * - `gateway-wide`: an ALLOW on a gateway that serves this service alone
 * - `host-deny`: a DENY for its hosts on a shared gateway; other hosts are untouched
 * - `host-allow`: an ALLOW for its hosts on a gateway where ALLOW policies cover every other host
 * - `workload`: RequestAuthentication and ALLOW on the workload itself
 * - `waypoint`: the same, by targetRefs on the Service, at the waypoint that stands before it
 *
 * @public
 */
export type EnablementPattern =
  | 'own-gateway'
  | 'gateway-wide'
  | 'host-deny'
  | 'host-allow'
  | 'workload'
  | 'waypoint';

/** A pattern that was tried in thought, and why it was not taken. @public */
export interface ConsideredPattern {
  pattern: EnablementPattern;
  verdict: 'chosen' | 'unsafe' | 'not-applicable' | 'not-needed';
  reason: string;
}

/**
 * What an object is for. A `gateway` opens a port for a host and routes nothing; a `route` is what
 * opens the way in, so it comes after the policies that close it.
 *
 * @public
 */
export type PlannedStep =
  | 'gateway'
  | 'request-authentication'
  | 'authorization-policy'
  | 'route';

/**
 * When an object is replaced, where several are: `early`, before those that depend on it; `late`,
 * after them; `between`: early by what lets through what either side does, and late by the rest.
 *
 * @public
 */
export type ChangePassage =
  | { kind: 'early' }
  | { kind: 'late' }
  | { kind: 'between'; resource: Resource };

/** One object to be written, in the order of writing. @public */
export interface PlannedChange {
  step: PlannedStep;
  action: 'create' | 'update' | 'delete';
  /** What is to stand there; of `delete`, what stands there now. */
  resource: Resource;
  /** What stands there now. */
  before?: Resource;
  /** Where the plan replaces what stands. */
  passage?: ChangePassage;
}

/** What one kind of request is answered before and after. @public */
export interface AnswerChange {
  /** `no-token`, `valid-token`, `other-issuer`, `not-a-jwt`, `preflight`, `exempt-path`. */
  kind:
    | 'no-token'
    | 'valid-token'
    | 'other-issuer'
    | 'not-a-jwt'
    | 'preflight'
    | 'exempt-path';
  title: string;
  request: ProxyRequest;
  /** Such as `200` or `403 RBAC: access denied`; `404` without a route, `no answer` without a port. */
  before: string;
  after: string;
}

/** What a plan does to one way in. @public */
export interface WayInEffect {
  service: { namespace: string; name: string };
  wayIn: {
    id: string;
    kind: 'gateway' | 'in-mesh';
    host: string;
    port: number;
    protocol: string;
  };
  /** Whether the plan is about it; else it is a neighbour on the same proxy. */
  isTarget: boolean;
  /** `absent`: no route leads there. */
  before: ProtectionState | 'absent';
  after: ProtectionState | 'absent';
  answers: AnswerChange[];
}

/** @public */
export interface PlannedEnablement {
  kind: 'planned';
  pattern: EnablementPattern;
  why: string;
  /** Ids of the ways in that it is about. */
  waysIn: string[];
  considered: ConsideredPattern[];
  changes: PlannedChange[];
  /** Targets first; then neighbours, those with a change first, at most 200. */
  effects: WayInEffect[];
  /** Neighbours in all. */
  neighbours: number;
  findings: { opened: Finding[]; resolved: Finding[] };
  /** What the plan cannot know, and somebody has to: each a sentence. */
  warnings: string[];
}

/** @public */
export interface RefusedEnablement {
  kind: 'refused';
  reason: string;
  /** What can be done instead, each a sentence. */
  alternatives: string[];
  considered: ConsideredPattern[];
  /** Objects that stand in the way. */
  conflicts: ResourceRef[];
}

/** @public */
export type EnablementPlan = PlannedEnablement | RefusedEnablement;
