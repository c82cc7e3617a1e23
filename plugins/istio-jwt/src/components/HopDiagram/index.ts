export * from './HopDiagram';
