export * from './createConfiguredSources';
export * from './TokenSources';
export * from './TokenReceiver';
