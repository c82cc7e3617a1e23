export * from './buildEntityStatus';
export * from './LastRunCache';
export * from './StatusNotifier';
export * from './StatusService';
