import {
  Fixture,
  authentication,
  ISSUER,
  requirement,
} from '../__testUtils__/build';
import { BACKEND_JWT } from '../../__testUtils__/handsOn';
/** Fixture of `issuer-mismatch`. */
export const issuerMismatch: Fixture = {
  bad: [
    [authentication(), requirement(`"${ISSUER}//*"`)],
    [authentication(), requirement('"https://other.example/*"')],
  ],
  good: [[BACKEND_JWT], [authentication(), requirement('"*"')]],
};
