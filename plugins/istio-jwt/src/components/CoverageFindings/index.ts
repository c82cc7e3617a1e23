export * from './FindingsView';
