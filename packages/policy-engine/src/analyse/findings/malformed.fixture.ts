import {
  Fixture,
  authentication,
  policy,
  SELECT_BACKEND,
} from '../__testUtils__/build';
import { BACKEND_JWT, GATEWAY } from '../../__testUtils__/handsOn';
/** Fixture of `malformed`. */
export const malformed: Fixture = {
  bad: [
    [policy(`${SELECT_BACKEND}, action: PERMIT`)],
    [authentication('[{}]')],
    [GATEWAY.replace('port: {number: 80}}}', 'port: {number: many}}}')],
    [GATEWAY.replace('number: 80, name', 'number: many, name')],
  ],
  good: [[BACKEND_JWT]],
};
