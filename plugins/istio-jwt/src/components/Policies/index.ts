export * from './PoliciesSection';
