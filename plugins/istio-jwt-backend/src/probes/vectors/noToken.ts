import { Vector } from './types';

export const NO_TOKEN_VECTORS: Vector[] = [
  {
    id: 'no-token',
    title: 'No token',
    group: 'credentials',
    scope: 'way-in',
    makeRequest: async () => ({ kind: 'request', tokens: [] }),
  },
];
