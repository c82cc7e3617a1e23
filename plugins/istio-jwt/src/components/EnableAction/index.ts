export * from './EnableAction';
