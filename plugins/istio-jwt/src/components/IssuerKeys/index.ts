export * from './IssuerAlerts';
export * from './IssuerKeysSection';
