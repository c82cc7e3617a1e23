import { ALGORITHM_VECTORS } from './algorithm';
import { CLAIM_HEADER_VECTORS } from './claimHeaders';
import { FALLBACK_KEY_VECTORS } from './fallbackKey';
import { FORGED_TOKEN_VECTORS } from './forgedToken';
import { MALFORMED_TOKEN_VECTORS } from './malformedToken';
import { NO_TOKEN_VECTORS } from './noToken';
import { REQUEST_SHAPE_VECTORS } from './requestShapes';
import { TOKEN_PLACE_VECTORS } from './tokenPlaces';
import { TOKEN_TIME_VECTORS } from './tokenTimes';
import { Vector } from './types';
import { VALID_TOKEN_VECTORS } from './validToken';
import { WRONG_AUDIENCE_VECTORS } from './wrongAudience';
import { WRONG_ISSUER_VECTORS } from './wrongIssuer';

export * from './types';

/** In the order that people read them. */
export const VECTORS: readonly Vector[] = [
  ...NO_TOKEN_VECTORS,
  ...VALID_TOKEN_VECTORS,
  ...MALFORMED_TOKEN_VECTORS,
  ...ALGORITHM_VECTORS,
  ...FORGED_TOKEN_VECTORS,
  ...FALLBACK_KEY_VECTORS,
  ...TOKEN_TIME_VECTORS,
  ...WRONG_ISSUER_VECTORS,
  ...WRONG_AUDIENCE_VECTORS,
  ...TOKEN_PLACE_VECTORS,
  ...REQUEST_SHAPE_VECTORS,
  ...CLAIM_HEADER_VECTORS,
];
