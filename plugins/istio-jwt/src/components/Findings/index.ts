export * from './FindingsLine';
export * from './FindingsSection';
export * from './ForgeryAlert';
export * from './FindingView';
