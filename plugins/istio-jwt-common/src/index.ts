/**
 * Types, permissions and annotations shared by the istio-jwt plugins.
 *
 * @packageDocumentation
 */
export * from './annotations';
export * from './choosePlan';
export * from './coverage';
export * from './digestEntityRef';
export * from './enablement';
export * from './history';
export * from './issuerHealth';
export * from './mismatch';
export * from './permissions';
export * from './resourceType';
export * from './status';
