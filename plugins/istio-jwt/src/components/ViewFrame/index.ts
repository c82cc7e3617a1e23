export * from './ViewFrame';
