/**
 * Decides what Istio's proxies answer to a request, from RequestAuthentication and
 * AuthorizationPolicy resources. Pure: no I/O, runs in Node and in the browser.
 *
 * @packageDocumentation
 */
export * from './model';
export { parseObjects } from './parse/parseObjects';
export { parseYaml } from './parse/parseYaml';
export { validateResource } from './parse/validateResource';
export { trimObject } from './parse/trimObject';
export { Mesh, type MeshOptions } from './attach/Mesh';
export { meshCallerOf, type MeshCaller } from './attach/meshCaller';
export { compileProxy } from './compile/compileProxy';
export { traitsOf, type ProxyTraits } from './compile/traitsOf';
export type { Program } from './compile/program';
export { decide, type DecideOptions } from './decide/decide';
export { asksForCertificate } from './attach/servedServers';
export {
  type Beginning,
  hostUnder,
  pathUnder,
  requestTo,
} from './decide/requestTo';
export {
  decideWayIn,
  type WayInDecision,
  type WayInOptions,
} from './decide/decideWayIn';
export {
  matchRoute,
  type RouteMatch,
  type RouteTarget,
} from './route/matchRoute';
export { assessSafely } from './assess/assessSafely';
export { assessService } from './assess/assessService';
export { prepareMesh } from './assess/prepareMesh';
export { explain, type Explanation } from './explain/explain';
export {
  explainObservation,
  type ObservationExplanation,
} from './explain/explainObservation';
export type { DecidingRule } from './explain/decidingRule';
export type { AnswerOrigin, ObservedAnswer } from './explain/observation';
export { findingCatalogue } from './analyse/catalogue';
export type { FindingDefinition } from './analyse/detector';
export { findingsOfPolicies } from './analyse/findingsOfPolicies';
export { readKeySet, whyUnusable, type KeyFact } from './analyse/keySets';
export {
  findingsOfKeySets,
  type KeySetFact,
} from './analyse/findingsOfKeySets';
export { planEnablement } from './enable/planEnablement';
export { answerUnrouted } from './enable/answers';
export { compareFindings } from './enable/compareFindings';
export { assessWithChanges } from './enable/assessWithChanges';
export { listRouteGateways } from './enable/route/listRouteGateways';
export { planPassage } from './enable/planPassage';
