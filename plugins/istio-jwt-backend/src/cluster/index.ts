export * from './apiFailure';
export * from './ClusterMirror';
export * from './ClusterRegistry';
export * from './execInPod';
export * from './openPodTunnel';
export * from './PodStreams';
