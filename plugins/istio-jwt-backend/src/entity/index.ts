export * from './matchOwnServices';
export * from './matchServices';
export * from './ownership';
export * from './queryEntities';
export * from './readAnnotations';
