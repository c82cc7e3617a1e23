import { Fixture, barePod } from '../__testUtils__/build';
import { BACKEND_JWT } from '../../__testUtils__/handsOn';
/** Fixture of `no-proxy`. */
export const noProxy: Fixture = {
  bad: [[barePod(), BACKEND_JWT]],
  good: [[BACKEND_JWT], [barePod()]],
};
