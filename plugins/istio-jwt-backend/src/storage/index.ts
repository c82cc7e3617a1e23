export * from './DatabaseProbeRunStore';
export * from './ProbeRunStore';
