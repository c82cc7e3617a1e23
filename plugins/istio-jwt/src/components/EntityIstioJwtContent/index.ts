export * from './EntityIstioJwtContent';
