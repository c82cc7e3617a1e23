export * from './FindingsSection';
export * from './FindingView';
