export * from './AddressGuard';
export * from './Forger';
export * from './listApiServers';
export * from './ProbeRunner';
export * from './tokenSources';
