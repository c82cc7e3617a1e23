export * from './ProbeMatrix';
