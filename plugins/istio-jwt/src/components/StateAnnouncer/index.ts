export * from './StateAnnouncer';
