export * from './DatabaseKeySetStore';
export * from './findingsOfIssuers';
export * from './IssuerKeys';
