export * from './AssessedFrame';
export * from './ProtectionNotice';
