/**
 * Reads Istio's JWT resources per catalog entity, decides what they do and probes what the mesh
 * answers.
 *
 * @packageDocumentation
 */
export { istioJwtPlugin as default } from './plugin';
