/**
 * Extension points of the istio-jwt backend plugin.
 *
 * @packageDocumentation
 */
export * from './policyWriters';
export * from './tokenSources';
