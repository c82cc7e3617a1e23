export * from './createEnablement';
export * from './drift/DriftKeeper';
export * from './store/DatabaseEnablementStore';
export * from './EnablementService';
export * from './describeOperation';
