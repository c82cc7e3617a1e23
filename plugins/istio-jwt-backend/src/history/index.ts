export * from './announceChanges';
export * from './DatabaseStateHistoryStore';
export * from './NoticeSender';
export * from './StateHistoryStore';
export * from './StateRecorder';
