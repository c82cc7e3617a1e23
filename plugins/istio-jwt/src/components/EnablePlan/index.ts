export * from './AdoptView';
export * from './ChangeView';
export * from './DisableView';
export * from './DriftPlanView';
export * from './EnableView';
export * from './ReleaseView';
