import { Fixture, allow } from '../__testUtils__/build';
import { ALLOW_FRONTEND } from '../../__testUtils__/handsOn';
/** Fixture of `principal-format`. */
export const principalFormat: Fixture = {
  bad: [
    [
      allow(
        'from: [{source: {principals: ["spiffe://cluster.local/ns/default/sa/frontend"]}}]',
      ),
    ],
    [allow('from: [{source: {principals: ["ns/default/sa/frontend"]}}]')],
    [allow('from: [{source: {principals: [frontend]}}]')],
  ],
  good: [
    [ALLOW_FRONTEND],
    [allow('from: [{source: {principals: ["*", "*/ns/default/*"]}}]')],
  ],
};
