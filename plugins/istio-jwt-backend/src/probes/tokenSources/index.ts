export * from './createConfiguredSources';
export * from './TokenSources';
