export * from './DisableView';
export * from './EnableView';
