/**
 * Facts for Tech Insights about the JWT protection of services on Istio.
 *
 * @packageDocumentation
 */
export { techInsightsModuleIstioJwt as default } from './module';
export { createIstioJwtFactRetriever } from './createFactRetriever';
