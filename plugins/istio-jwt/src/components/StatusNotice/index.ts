export * from './StatusNotice';
