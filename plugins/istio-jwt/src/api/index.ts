export * from './IstioJwtApi';
export * from './IstioJwtClient';
export * from './IstioJwtCoverageApi';
export * from './IstioJwtCoverageClient';
