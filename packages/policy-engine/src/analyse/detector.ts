import { FindingSeverity, ResourceRef } from '../model';
import type { AnalysedWayIn } from '../assess/assessService';
import { Mesh } from '../attach/Mesh';

/** What a detector looks at: one Service with all its ways in, analysed. */
export interface DetectorContext {
  mesh: Mesh;
  service: { namespace: string; name: string };
  waysIn: readonly AnalysedWayIn[];
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
}

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
}

/** One kind of finding with the code that finds it. */
export interface Detector extends FindingDefinition {
  detect(context: DetectorContext): Occurrence[];
}

export const AUTHORIZATION_POLICY_DOCS =
  'https://istio.io/latest/docs/reference/config/security/authorization-policy/';
export const REQUEST_AUTHENTICATION_DOCS =
  'https://istio.io/latest/docs/reference/config/security/request_authentication/';
