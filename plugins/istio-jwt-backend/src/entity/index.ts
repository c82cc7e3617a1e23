export * from './matchServices';
export * from './readAnnotations';
