export * from './InspectorView';
export * from './RefusalView';
