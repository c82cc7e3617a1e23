export * from './SandboxChip';
