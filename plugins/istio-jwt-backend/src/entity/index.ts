export * from './listCached';
export * from './matchOwnServices';
export * from './ownership';
export * from './queryEntities';
export * from './readAnnotations';
export * from './ServiceIndex';
