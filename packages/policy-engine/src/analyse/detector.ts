import {
  FindingSeverity,
  Hop,
  JsonPatchOperation,
  ResourceRef,
} from '../model';
import type { AnalysedWayIn } from '../assess/assessService';
import { Mesh } from '../attach/Mesh';
import { Stored } from '../attach/Stored';
import {
  CompiledRule,
  JwtProvider,
  Matcher,
  Program,
} from '../compile/program';
import { JwtRuleSpec } from '../parse/specs';

/** A proxy as one of its listeners serves the Service. */
export interface ProxyUse {
  hop: Hop;
  program: Program;
  /** The first way in that passes it. */
  way: AnalysedWayIn;
  /** Place of the hop on that way in. */
  index: number;
}

/** What a detector looks at: one Service with all its ways in, analysed. */
export interface DetectorContext {
  mesh: Mesh;
  service: { namespace: string; name: string };
  waysIn: readonly AnalysedWayIn[];
  /** Every proxy of every way in, once per port and protocol. */
  proxies: readonly ProxyUse[];
  /** The ways in of another Service that pass a gateway or a waypoint. */
  analyseOther(other: {
    namespace: string;
    name: string;
  }): readonly AnalysedWayIn[];
}

/** One place where a misconfiguration was found. */
export interface Occurrence {
  message: string;
  /** Where it differs from the definition's. */
  severity?: FindingSeverity;
  /** Where it differs from the definition's. */
  fix?: string;
  resource?: ResourceRef;
  /** Path inside the resource, such as `spec.rules[0]`. */
  path?: string;
  /** The whole fix, as operations on `resource`. */
  patch?: JsonPatchOperation[];
}

export type Found = readonly Occurrence[];

export const NOTHING: Found = [];

/** What is always true of a kind of finding. @public */
export interface FindingDefinition {
  /** Stable, such as `sibling-allow`. */
  id: string;
  severity: FindingSeverity;
  title: string;
  /** What happens, and why Istio does so. */
  why: string;
  /** What to do about it. */
  fix: string;
  /** Documentation of the Istio behaviour behind it. */
  link: string;
  /** Page of this project about the finding, from the repository's root. */
  docs?: string;
}

/**
 * One kind of finding with the code that finds it, for the smallest thing that it can be told from:
 * what is found in a rule, a provider or a namespace is computed once for all Services.
 */
export interface Detector extends FindingDefinition {
  /** It looks at rules and proxies only where some rule compares one of these. Default: at all. */
  on?: readonly Matcher['on'][];
  /**
   * In one enforced rule of an HTTP filter chain, looked at by itself. Whether something is found must
   * depend on the clauses and the action alone.
   */
  inRule?(rule: CompiledRule, action: 'ALLOW' | 'DENY'): Found;
  /**
   * In one jwtRule, looked at by itself. Whether something is found must depend on the jwtRule alone,
   * not on its policy.
   */
  inProvider?(provider: JwtProvider, spec: JwtRuleSpec): Found;
  /** In the RequestAuthentications and AuthorizationPolicies of the Service's namespace. */
  inNamespace?(
    mesh: Mesh,
    namespace: string,
    policies: readonly Stored[],
  ): Found;
  /** In one proxy on the way. */
  inProxy?(use: ProxyUse, context: DetectorContext): Found;
  /** In one way in. */
  inWayIn?(way: AnalysedWayIn, context: DetectorContext): Found;
  /** In all ways in together. */
  inService?(context: DetectorContext): Found;
}

export const AUTHORIZATION_POLICY_DOCS =
  'https://istio.io/latest/docs/reference/config/security/authorization-policy/';
export const REQUEST_AUTHENTICATION_DOCS =
  'https://istio.io/latest/docs/reference/config/security/request_authentication/';
