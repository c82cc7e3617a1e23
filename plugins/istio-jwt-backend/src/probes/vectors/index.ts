import { EXPIRED_TOKEN_VECTORS } from './expiredToken';
import { FORGED_TOKEN_VECTORS } from './forgedToken';
import { MALFORMED_TOKEN_VECTORS } from './malformedToken';
import { NO_TOKEN_VECTORS } from './noToken';
import { Vector } from './types';
import { VALID_TOKEN_VECTORS } from './validToken';
import { WRONG_ISSUER_VECTORS } from './wrongIssuer';

export * from './types';

/** In the order that people read them. */
export const VECTORS: readonly Vector[] = [
  ...NO_TOKEN_VECTORS,
  ...VALID_TOKEN_VECTORS,
  ...MALFORMED_TOKEN_VECTORS,
  ...EXPIRED_TOKEN_VECTORS,
  ...WRONG_ISSUER_VECTORS,
  ...FORGED_TOKEN_VECTORS,
];
