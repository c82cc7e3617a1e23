export * from './ExceptionsView';
