import { Fixture, policy, SELECT_BACKEND } from '../__testUtils__/build';

/** Fixture of `allow-empty`. */
export const allowEmpty: Fixture = {
  bad: [[policy(SELECT_BACKEND)]],
  good: [
    [policy(`${SELECT_BACKEND}, rules: [{}]`)],
    [policy(`${SELECT_BACKEND}, action: DENY`)],
  ],
};
