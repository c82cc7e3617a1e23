import {
  Fixture,
  barePod,
  ISSUER,
  namespace,
  requirement,
} from '../__testUtils__/build';
import { ALLOW_FRONTEND } from '../../__testUtils__/handsOn';
/** Fixture of `ambient-no-waypoint`. */
export const ambientNoWaypoint: Fixture = {
  bad: [
    [
      namespace('istio.io/dataplane-mode: ambient'),
      barePod(),
      requirement(`"${ISSUER}/*"`),
    ],
  ],
  good: [
    [requirement(`"${ISSUER}/*"`)],
    [namespace('istio.io/dataplane-mode: ambient'), barePod(), ALLOW_FRONTEND],
  ],
};
