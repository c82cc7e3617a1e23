import { Fixture, policy } from '../__testUtils__/build';
import { ALLOW_FRONTEND, BACKEND_JWT } from '../../__testUtils__/handsOn';
/** Fixture of `sibling-allow`. */
export const siblingAllow: Fixture = {
  bad: [
    [BACKEND_JWT, ALLOW_FRONTEND],
    [BACKEND_JWT, policy('rules: [{}]')],
  ],
  good: [[BACKEND_JWT], [ALLOW_FRONTEND]],
};
