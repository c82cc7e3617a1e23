/**
 * Types, permissions and annotations shared by the istio-jwt plugins.
 *
 * @packageDocumentation
 */
export * from './annotations';
export * from './choosePlan';
export * from './coverage';
export * from './coverageExceptions';
export * from './coverageOwnerNotices';
export * from './digestEntityRef';
export * from './enablementObjects';
export * from './enablementOperation';
export * from './enablementOptions';
export * from './enablementPhase';
export * from './enablementPlan';
export * from './history';
export * from './issuerHealth';
export * from './mismatch';
export * from './permissions';
export * from './resourceType';
export * from './status';
