import { Fixture, policy } from '../__testUtils__/build';
import { BACKEND_JWT } from '../../__testUtils__/handsOn';
/** Fixture of `selects-nothing`. */
export const selectsNothing: Fixture = {
  bad: [
    [policy('selector: {matchLabels: {app: nobody}}, rules: [{}]')],
    [policy('selector: {matchLabels: {istio: ingressgateway}}, rules: [{}]')],
  ],
  good: [[BACKEND_JWT], [policy('rules: [{}]')]],
};
