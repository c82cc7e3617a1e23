export * from './IstioJwtApi';
export * from './IstioJwtClient';
