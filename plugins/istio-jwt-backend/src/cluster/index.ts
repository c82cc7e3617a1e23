export * from './apiFailure';
export * from './ClusterMirror';
export * from './ClusterRegistry';
