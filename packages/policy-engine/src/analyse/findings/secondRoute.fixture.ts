import { allow, Fixture } from '../__testUtils__/build';
import {
  BACKEND_JWT,
  GATEWAY,
  INGRESS_POLICY,
  ingressAuthentication,
} from '../../__testUtils__/handsOn';

const ONLY_GATEWAY = allow(
  'from: [{source: {principals: ["cluster.local/ns/istio-system/sa/istio-ingressgateway"]}}]',
);

/** Fixture of `second-route`. */
export const secondRoute: Fixture = {
  bad: [[GATEWAY, ingressAuthentication(true), INGRESS_POLICY]],
  good: [
    [GATEWAY, ingressAuthentication(true), INGRESS_POLICY, ONLY_GATEWAY],
    [GATEWAY, BACKEND_JWT],
    [GATEWAY],
  ],
};
