/**
 * Shows on an entity's page whether a valid JWT is required to reach its services on Istio.
 *
 * @packageDocumentation
 */
export { default } from './plugin';
export * from './api';
export { isIstioJwtAvailable } from './isIstioJwtAvailable';
