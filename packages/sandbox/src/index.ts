export * from './startSandbox';
