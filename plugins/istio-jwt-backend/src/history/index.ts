export * from './announceChanges';
export * from './DatabaseDriftHistory';
export * from './DatabaseStateHistoryStore';
export * from './NoticeSender';
export * from './StateHistoryStore';
export * from './StateRecorder';
