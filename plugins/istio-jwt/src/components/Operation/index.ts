export * from './OperationsSection';
export * from './OperationView';
