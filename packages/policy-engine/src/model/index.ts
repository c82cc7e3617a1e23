export * from './assessment';
export * from './decision';
export * from './request';
export * from './resource';
export * from './state';
