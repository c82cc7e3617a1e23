/**
 * Scaffolder actions that turn plans of the istio-jwt plugin into pull requests.
 *
 * @packageDocumentation
 */
export { scaffolderModuleIstioJwt as default } from './module';
