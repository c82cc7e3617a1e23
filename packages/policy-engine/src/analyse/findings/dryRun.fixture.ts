import { Fixture, policy, SELECT_BACKEND } from '../__testUtils__/build';

/** Fixture of `dry-run`. */
export const dryRun: Fixture = {
  bad: [[policy(`${SELECT_BACKEND}, rules: [{}]`, 'istio.io/dry-run: "true"')]],
  good: [
    [policy(`${SELECT_BACKEND}, rules: [{}]`, 'istio.io/dry-run: "false"')],
  ],
};
