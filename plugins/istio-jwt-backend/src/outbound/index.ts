export * from './requestBounded';
