export * from './Prose';
export * from './ProseList';
