export * from './FreshnessNotices';
export * from './FreshnessLine';
