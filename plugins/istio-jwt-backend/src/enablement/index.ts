export * from './createEnablement';
export * from './drift/DriftKeeper';
export * from './store/DatabaseEnablementStore';
export * from './EnablementService';
export * from './ProbesAfterwards';
export * from './describeOperation';
export * from './plan/Caller';
