export { compileProxy } from './compileProxy';
export type { Program } from './program';
