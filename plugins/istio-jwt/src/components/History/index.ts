export * from './HistorySection';
