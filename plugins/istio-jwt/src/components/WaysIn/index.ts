export * from './WaysInSection';
export * from './WaysInSummary';
