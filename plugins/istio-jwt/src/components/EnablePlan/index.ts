export * from './ChangeView';
export * from './DisableView';
export * from './EnableView';
