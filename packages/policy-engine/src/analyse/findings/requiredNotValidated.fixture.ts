import {
  Fixture,
  authentication,
  ISSUER,
  requirement,
} from '../__testUtils__/build';
import { ALLOW_FRONTEND, BACKEND_JWT } from '../../__testUtils__/handsOn';
/** Fixture of `required-not-validated`. */
export const requiredNotValidated: Fixture = {
  bad: [
    [requirement(`"${ISSUER}/*"`)],
    [authentication('[]'), requirement('"*"')],
  ],
  good: [[BACKEND_JWT], [ALLOW_FRONTEND]],
};
