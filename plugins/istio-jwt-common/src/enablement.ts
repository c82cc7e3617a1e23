import {
  ConsideredPattern,
  EnablementPattern,
  Finding,
  PlannedStep,
  ProtectionState,
  ResourceRef,
  RouteGateway,
  RouteRequest,
  WayInEffect,
} from 'istio-jwt-policy-engine';

/** One Kubernetes Service of a cluster. @public */
export interface EnablementService {
  cluster: string;
  namespace: string;
  name: string;
}

/**
 * How a plan reaches the cluster. `direct`: the backend writes it by server-side apply. `copy`: it
 * writes nothing; people take the YAML to where the cluster's configuration is kept. `pull-request`:
 * as `copy`, and a software template puts the files into a pull request. `reason` says why not
 * directly: the config says so, Argo CD, Flux or Helm owns the place, or it is outside the scope.
 *
 * @public
 */
export type EnablementWriting =
  | { mode: 'direct' }
  | { mode: 'copy'; reason: string }
  | ({ mode: 'pull-request'; reason: string } & PullRequestTarget);

/** Where files of plans go. Holds no secret. @public */
export interface PullRequestTarget {
  /** Entity ref of the software template that opens the pull request. */
  template: string;
  /** As publishing actions take it: `github.com?owner=shop&repo=clusters`. Absent: people choose. */
  repoUrl?: string;
  /** Folder of the repository, without `..`. Default: `istio-jwt`. */
  directory: string;
}

/** An issuer that the platform team allows. Chosen by its name; holds no secret. @public */
export interface EnablementIssuerOption {
  name: string;
  /** Exact `iss`. */
  issuer: string;
  /** Any of these has to be in `aud`. Empty: any audience. */
  audiences: string[];
  /** Headers that hold the token. Empty: `Authorization: Bearer`. */
  fromHeaders: { name: string; prefix?: string }[];
  /** Claims that a token has to carry, each with one of its values. */
  claims: { name: string; values: string[] }[];
}

/** A path that may have to stay open, and why it is thought so. @public */
export interface ProposedExemptPath {
  /** Exact (`/healthz`), or a prefix (`/public/*`). */
  path: string;
  /**
   * `exposure`: passes without a token now; `route`: a route of its own that reads like a health check;
   * `kubelet-probe`: a probe of the Pods, which needs no exemption itself but where Istio does not
   * rewrite it. None is chosen unless somebody does.
   */
  source: 'exposure' | 'route' | 'kubelet-probe';
  /** One sentence. */
  reason: string;
}

/** A way in that can be chosen, or why it cannot. @public */
export interface EnablementWayInOption {
  id: string;
  kind: 'gateway' | 'in-mesh';
  host: string;
  port: number;
  protocol: string;
  /** Path patterns of its routes. Empty: all. */
  paths: string[];
  state: ProtectionState;
  reason: string;
  /** Why it cannot be chosen. */
  disabledReason?: string;
}

/**
 * A place at a gateway where a route to the service can begin, as in the engine's `RouteGateway`.
 *
 * @public
 */
export interface EnablementGatewayOption {
  id: string;
  by: RouteGateway['by'];
  namespace: string;
  /** Of the Gateway, or of the workload. */
  name: string;
  listener?: string;
  port: number;
  protocol: 'http' | 'https';
  /** Hosts that it takes; `*` for any. */
  hosts: string[];
  /** Patterns of hosts for which the portal may create routes there. Never empty. */
  allowedHosts: string[];
}

/** @public */
export interface EnablementServiceOption extends EnablementService {
  /** Of the embedded mesh. */
  sandbox: boolean;
  waysIn: EnablementWayInOption[];
  /** Where a route can be created. Empty: nowhere, as far as the config allows it. */
  gateways: EnablementGatewayOption[];
  /** Ports of the Service. */
  ports: { port: number; name?: string }[];
  exemptPaths: ProposedExemptPath[];
  writing: EnablementWriting;
  /** The enablement that is in force, which can be changed and disabled. */
  inForce?: EnablementInForce;
  /** What is not as operations left it. Absent: nothing. */
  drift?: EnablementDrift[];
  /** Policies written by hand that may protect it. Absent: none. */
  adoptable?: AdoptableObject[];
}

/** What somebody chose for an enablement, besides its ways in. @public */
export interface EnablementChoices {
  /** Name of an {@link EnablementIssuerOption}. */
  issuer: string;
  /** Absent: those that the config gives the issuer. */
  audiences?: string[];
  exemptPaths: string[];
  preflights: 'let-through' | 'refuse';
}

/** @public */
export interface EnablementInForce {
  enablementId: string;
  /** Name of the issuer, as in the config when it began. */
  issuer: string;
  /** Absent where a person wrote what stands. */
  choices?: EnablementChoices;
  /** Whether a person wrote some of it: disabling deletes that, `release` gives it back. */
  adopted: boolean;
  waysIn: { id: string; host: string; port: number }[];
}

/** Answer of `GET /v1/entities/{kind}/{namespace}/{name}/enablement-options`. @public */
export interface EnablementOptions {
  entityRef: string;
  /** Whether the portal's config allows enablement at all (`istioJwt.enablement.enabled`). */
  enabled: boolean;
  services: EnablementServiceOption[];
  issuers: EnablementIssuerOption[];
  /** Whether the caller may plan, start and cancel. */
  canCreate: boolean;
  /** Whether the caller may approve what others asked for. */
  canApprove: boolean;
  /** Plans above this number of other hosts wait for an approval. */
  approvalAbove: number;
  /** The operation of this entity that is not over. */
  running?: { enablementId: string; phase: EnablementPhase };
  /** The newest proposal that waits to be merged. It keeps nothing else from starting. */
  proposed?: { enablementId: string };
}

/**
 * What an operation is for.
 *
 * - `enable`: ways in come to require a token
 * - `change`: those of an enablement require another one, or leave other paths open
 * - `disable`: what stands of an enablement is deleted
 * - `adopt`: policies that a person wrote are marked as the portal's
 * - `release`: those are given back: the marks are removed
 * - `restore`: what an operation wrote is brought back where it does not stand any more
 * - `accept`: what stands instead is taken for what is wanted
 *
 * @public
 */
export type EnablementIntent =
  | 'enable'
  | 'change'
  | 'disable'
  | 'adopt'
  | 'release'
  | 'restore'
  | 'accept';

/** Body of `POST …/enablement-plans`. @public */
export type EnablementPlanRequest =
  | ({
      intent: 'enable';
      service: EnablementService;
      /** Ids of ways in of the service; all by gateways, or all in the mesh. Empty with `route`. */
      waysIn: string[];
      /** Creates the way in, closed from its first moment. */
      route?: RouteRequest;
    } & EnablementChoices)
  /** Replaces what an enablement that is in force wrote, for the same ways in. */
  | ({ intent: 'change'; enablementId: string } & EnablementChoices)
  /** Takes back what stands of an enablement; `release` leaves it standing, without marks. */
  | { intent: 'disable' | 'release'; enablementId: string }
  /** Consent to take over each of these, as it stands. */
  | { intent: 'adopt'; service: EnablementService; objects: NamedObject[] }
  /** Consent to overwrite, delete or take over each of these, as it stands: all that differ and stand. */
  | {
      intent: 'restore' | 'accept';
      enablementId: string;
      objects: NamedObject[];
    };

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

/** One object of a plan, in the order of writing, with its YAML before and after. @public */
export interface EnablementChange {
  step: PlannedStep;
  action: 'create' | 'update' | 'delete';
  ref: ResourceRef;
  /** YAML of what stands there now. Absent for `create`. */
  before?: string;
  /** YAML of what will stand there. Absent for `delete`. */
  after?: string;
  /** Name of the file with `after` in the plan's commands. Absent for `delete`. */
  file?: string;
}

/** A neighbour's owner, as far as the caller may see the entity. @public */
export interface AffectedService extends EnablementService {
  entityRef: string;
  /** Entity refs of its owners. Empty: the catalog names none. */
  owners: string[];
  hosts: string[];
}

/** @public */
export interface PlannedEnablementView {
  kind: 'planned';
  /** Bound to the caller and the entity, good until `expiresAt`. */
  planId: string;
  entityRef: string;
  intent: EnablementIntent;
  service: EnablementService;
  /** Of `enable` and `change`. */
  pattern?: EnablementPattern;
  why: string;
  considered: ConsideredPattern[];
  changes: EnablementChange[];
  /** Targets first; then neighbours, those with a change first, at most 200. */
  effects: WayInEffect[];
  /** Ways in of neighbours, in all. */
  neighbours: number;
  findings: { opened: Finding[]; resolved: Finding[] };
  /** What the plan cannot know, and somebody has to: each a sentence. */
  warnings: string[];
  affected: {
    /** Other services on the same proxies, where the caller may see an entity of theirs. */
    services: AffectedService[];
    /** Other services that belong to no entity that the caller may see. */
    others: number;
    /** Distinct hosts of others on the same proxies. */
    hosts: number;
  };
  approval:
    | { required: false }
    /** `reason`: one sentence. */
    | { required: true; permission: string; reason: string };
  /** Names of permissions that starting it takes. */
  permissions: string[];
  writing: EnablementWriting;
  /** Shell commands that do the same by hand, in order, for files named as in the commands. */
  commands: string[];
  /** Changes whenever the configuration that the plan depends on does. */
  snapshot: string;
  /** ISO 8601. */
  expiresAt: string;
}

/** @public */
export interface RefusedEnablementView {
  kind: 'refused';
  entityRef: string;
  intent: EnablementIntent;
  service: EnablementService;
  reason: string;
  /** What can be done instead, each a sentence. */
  alternatives: string[];
  considered: ConsideredPattern[];
  /** Objects that stand in the way. */
  conflicts: ResourceRef[];
}

/** Answer of `POST …/enablement-plans`. @public */
export type EnablementPlanView = PlannedEnablementView | RefusedEnablementView;

/**
 * Where an operation stands.
 *
 * - `planned`: accepted, not begun
 * - `awaiting-approval`: somebody with `istio-jwt.enablement.approve` has to approve it
 * - `validating`: everything is tried with a server-side dry run, then the RequestAuthentication is
 *   written and seen to refuse a junk token
 * - `shadowing`: the AuthorizationPolicy stands with `istio.io/dry-run`, enforcing nothing
 * - `held`: it would have refused requests, or that could not be counted: somebody has to say whether it
 *   is enforced
 * - `enforcing`: it is enforced (when disabling: taken away)
 * - `routing`: the route opens the way in that is closed by now (when disabling: it goes first)
 * - `verifying`: probes of the service and of sampled neighbours
 * - `done`
 * - `rolling-back`: what was written is taken back, last first
 * - `rolled-back`: everything is as it was before
 * - `failed`: even that could not be done; `outcome` says what stands there still
 * - `proposed`: files were given away for a pull request, and do not stand in the cluster yet. Once
 *   they do, it goes to `verifying`, and comes back where probes are not answered as planned
 * - `withdrawn`: a proposal that nobody follows any more. The portal wrote nothing, and takes nothing back
 * - `expired`: a proposal that did not stand in the cluster, or was not proved, in time
 * - `declined`: somebody who could have approved it did not want it. Nothing was written
 *
 * @public
 */
export type EnablementPhase =
  | 'planned'
  | 'awaiting-approval'
  | 'validating'
  | 'shadowing'
  | 'held'
  | 'enforcing'
  | 'routing'
  | 'verifying'
  | 'done'
  | 'rolling-back'
  | 'rolled-back'
  | 'failed'
  | 'proposed'
  | 'withdrawn'
  | 'expired'
  | 'declined';

const OVER_PHASES: readonly EnablementPhase[] = [
  'done',
  'rolled-back',
  'failed',
  'withdrawn',
  'expired',
  'declined',
];

/**
 * Whether an operation will not change any more, unless somebody asks for it: one that failed can be tried again.
 *
 * @public
 */
export function isEnablementOver(phase: EnablementPhase): boolean {
  return OVER_PHASES.includes(phase);
}

/** What a step rests on. Holds no token. @public */
export type EnablementEvidence =
  /** An object as the API server has it. */
  | {
      kind: 'object';
      at: string;
      ref: ResourceRef;
      /** Such as `created`, `updated`, `deleted`, `dry run accepted`. */
      action: string;
      resourceVersion?: string;
    }
  /** An answer of a proxy. */
  | {
      kind: 'probe';
      at: string;
      wayInId: string;
      host: string;
      /** Whose way in: the service's or a neighbour's. */
      of: 'target' | 'neighbour';
      title: string;
      method: string;
      path: string;
      /** Such as `401`, `not 401 or 403`, `as before: 200`. */
      expected: string;
      /** Such as `403 RBAC: access denied`, or why there is none. */
      observed: string;
      result: 'agrees' | 'disagrees' | 'inconclusive' | 'not-tested';
    }
  /** Something that cannot be known, and why. */
  | { kind: 'note'; at: string; message: string };

/** @public */
export interface EnablementStep {
  /** Such as `dry-run`, `apply-request-authentication`. Unique within the operation. */
  id: string;
  phase: EnablementPhase;
  title: string;
  status: 'running' | 'done' | 'failed';
  /** ISO 8601. */
  startedAt: string;
  finishedAt?: string;
  /** Newest last, at most 200. */
  evidence: EnablementEvidence[];
  /** Newest last, at most 200. */
  log: { at: string; message: string }[];
}

/** What an operation waits for whose objects somebody else writes. @public */
export interface EnablementProposal {
  /** Of the pull request, where it was told. http or https, without credentials. */
  url?: string;
  /** ISO 8601. Until then it has to stand in the cluster. */
  expiresAt: string;
}

/**
 * Why an operation stopped before it enforces anything (`istioJwt.enablement.shadow: hold`).
 *
 * @public
 */
export interface EnablementHold {
  /** What the dry run would have done with the requests that came, or why nobody knows. One or more sentences. */
  reason: string;
  /** ISO 8601. */
  since: string;
  /** ISO 8601. Without a decision until then it is taken back. */
  expiresAt: string;
  /** Who had it enforced. Absent: nobody so far. */
  enforcedBy?: string;
}

/** Body of `POST …/enablements/{enablementId}/decline`. @public */
export interface EnablementDeclineRequest {
  /** For whoever asked, at most 500 characters. Kept with the operation. */
  reason?: string;
}

/** Body of `POST …/enablement-plans/{planId}/proposal`. @public */
export interface EnablementProposalRequest {
  url?: string;
}

/** An operation without its steps. Times are ISO 8601. @public */
export interface EnablementSummary {
  id: string;
  entityRef: string;
  intent: EnablementIntent;
  service: EnablementService;
  waysIn: { id: string; host: string; port: number }[];
  /** Name of the issuer, as in the config. */
  issuer: string;
  pattern?: EnablementPattern;
  phase: EnablementPhase;
  /** Why it ended, waits or goes back, in one sentence. */
  outcome?: string;
  /** Present where the portal itself writes nothing. */
  proposal?: EnablementProposal;
  startedBy: string;
  approvedBy?: string;
  /** Somebody asked to stop and take everything back. */
  cancelRequested: boolean;
  createdAt: string;
  updatedAt: string;
  finishedAt?: string;
}

/** Answer of `GET …/enablements/{enablementId}`. @public */
export interface Enablement extends EnablementSummary {
  changes: EnablementChange[];
  steps: EnablementStep[];
  approval: PlannedEnablementView['approval'];
  /** Present once it was held. */
  hold?: EnablementHold;
  /** What the caller may do now. */
  canCancel: boolean;
  /** Approve it, or decline. */
  canApprove: boolean;
  /** Have what is held enforced; giving it up is to cancel. */
  canEnforce: boolean;
}
