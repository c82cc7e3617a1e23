export * from './CopyLine';
