import {
  Fixture,
  barePod,
  ISSUER,
  namespace,
  requirement,
} from '../__testUtils__/build';
import { ALLOW_FRONTEND } from '../../__testUtils__/handsOn';
/** Fixture of `selector-on-waypoint`. */
export const selectorOnWaypoint: Fixture = {
  bad: [
    [
      namespace(
        'istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint',
      ),
      barePod(),
      requirement(`"${ISSUER}/*"`),
    ],
  ],
  good: [
    [requirement(`"${ISSUER}/*"`)],
    [
      namespace(
        'istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint',
      ),
      barePod(),
      ALLOW_FRONTEND,
    ],
  ],
};
