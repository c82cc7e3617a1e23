import { Fixture, barePod } from '../__testUtils__/build';
import { BACKEND_JWT } from '../../__testUtils__/handsOn';

const ROUTER = barePod().replace(
  '[{name: app}]',
  '[{name: istio-proxy, args: [proxy, router]}]',
);

/** Fixture of `no-proxy`. */
export const noProxy: Fixture = {
  bad: [[barePod(), BACKEND_JWT]],
  good: [[ROUTER, BACKEND_JWT], [BACKEND_JWT], [barePod()]],
};
