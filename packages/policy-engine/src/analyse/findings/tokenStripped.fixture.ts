import { Fixture } from '../__testUtils__/build';
import {
  BACKEND_JWT,
  GATEWAY,
  ingressAuthentication,
} from '../../__testUtils__/handsOn';
/** Fixture of `token-stripped`. */
export const tokenStripped: Fixture = {
  bad: [[GATEWAY, BACKEND_JWT, ingressAuthentication(false)]],
  good: [
    [GATEWAY, BACKEND_JWT, ingressAuthentication(true)],
    [GATEWAY, ingressAuthentication(false)],
  ],
};
