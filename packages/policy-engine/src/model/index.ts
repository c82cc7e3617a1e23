export * from './assessment';
export * from './decision';
export * from './enablement';
export * from './request';
export * from './resource';
export * from './state';
