export * from './createEnablement';
export * from './EnablementService';
export * from './describeOperation';
