import { Fixture } from '../__testUtils__/build';
import {
  BACKEND_JWT,
  GATEWAY,
  INGRESS_POLICY,
  ingressAuthentication,
} from '../../__testUtils__/handsOn';
/** Fixture of `second-route`. */
export const secondRoute: Fixture = {
  bad: [[GATEWAY, ingressAuthentication(true), INGRESS_POLICY]],
  good: [[GATEWAY, BACKEND_JWT], [GATEWAY]],
};
