export * from './FilterSection';
