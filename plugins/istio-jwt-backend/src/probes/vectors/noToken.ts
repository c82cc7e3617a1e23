import { Vector } from './types';

export const NO_TOKEN_VECTORS: Vector[] = [
  {
    id: 'no-token',
    title: 'No token',
    scope: 'way-in',
    makeToken: async () => ({ kind: 'none' }),
  },
];
