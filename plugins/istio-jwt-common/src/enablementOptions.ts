import { ProtectionState, RouteGateway } from 'istio-jwt-policy-engine';
import {
  AdoptableObject,
  EnablementDrift,
  EnablementService,
} from './enablementObjects';
import { EnablementPhase } from './enablementPhase';

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
