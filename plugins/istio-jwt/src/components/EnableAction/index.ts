export * from './AdoptLink';
export * from './EnableAction';
