export * from './YamlDiff';
