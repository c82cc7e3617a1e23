export * from './DriftSection';
