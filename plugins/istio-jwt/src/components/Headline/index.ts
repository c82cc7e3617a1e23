export * from './Headline';
