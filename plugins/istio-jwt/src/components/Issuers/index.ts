export * from './IssuersLine';
export * from './IssuersSection';
