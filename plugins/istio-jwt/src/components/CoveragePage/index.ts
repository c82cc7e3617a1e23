export * from './CoveragePage';
export * from './LegacyCoveragePage';
