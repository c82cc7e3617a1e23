/**
 * The embedded mesh of `npm start`: a Kubernetes API subset with watch, gateways that decide with the
 * policy engine, and demo issuers. For demos and tests; it proves nothing about Istio.
 *
 * @packageDocumentation
 */
export { startSandbox } from './startSandbox';
export type { Sandbox, SandboxOptions } from './startSandbox';
export { PortInUseError } from './listen';
export type { NodePortChoice } from './nodePorts';
export { DEMO_ISSUERS } from './issuer/issuers';
export type { DemoIssuer } from './issuer/issuers';
export type { MintRequest } from './issuer/DemoKeys';
export { DATA_DIRECTORY } from './loadData';
export { OUT_OF_SYNC_ANNOTATION } from './gateway/MeshFeed';
export { generateChurn } from './churn';
export type { MeshChange } from './churn';
export { generateMesh } from './synthetic';
export type { SyntheticMeshOptions } from './synthetic';
