export * from './VerdictPanel';
export * from './DisagreementAlert';
