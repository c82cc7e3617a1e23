import {
  Fixture,
  authentication,
  policy,
  SELECT_BACKEND,
} from '../__testUtils__/build';
import { BACKEND_JWT } from '../../__testUtils__/handsOn';
/** Fixture of `malformed`. */
export const malformed: Fixture = {
  bad: [
    [policy(`${SELECT_BACKEND}, action: PERMIT`)],
    [authentication('[{}]')],
  ],
  good: [[BACKEND_JWT]],
};
