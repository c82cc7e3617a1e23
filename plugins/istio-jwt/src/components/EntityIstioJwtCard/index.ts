export * from './EntityIstioJwtCard';
