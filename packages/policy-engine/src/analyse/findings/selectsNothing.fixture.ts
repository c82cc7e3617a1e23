import { Fixture, policy, SELECT_BACKEND } from '../__testUtils__/build';
import { BACKEND_JWT } from '../../__testUtils__/handsOn';
/** Fixture of `selects-nothing`. */
export const selectsNothing: Fixture = {
  bad: [
    [policy('selector: {matchLabels: {app: nobody}}, rules: [{}]')],
    [policy('selector: {matchLabels: {istio: ingressgateway}}, rules: [{}]')],
  ],
  good: [
    [policy(`${SELECT_BACKEND}, rules: [{}]`)],
    [BACKEND_JWT],
    [policy('rules: [{}]')],
  ],
};
