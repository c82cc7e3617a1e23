export * from './StateBadge';
export * from './DatedContext';
