export * from './CoverageService';
export * from './createCoverage';
export type { Caller } from './exceptions/Caller';
