export * from './CardList';
