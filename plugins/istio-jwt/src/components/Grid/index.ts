export * from './Grid';
export type { GridColumn } from './GridRow';
