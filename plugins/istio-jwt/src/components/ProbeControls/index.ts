export * from './ProbeProgress';
export * from './RunProbesButton';
