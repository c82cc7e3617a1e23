export * from './SummarySection';
export * from './TrendSection';
