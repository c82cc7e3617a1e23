import { Fixture, authentication } from '../__testUtils__/build';
import { BACKEND_JWT } from '../../__testUtils__/handsOn';
/** Fixture of `validated-not-required`. */
export const validatedNotRequired: Fixture = {
  bad: [[authentication()]],
  good: [[BACKEND_JWT], []],
};
