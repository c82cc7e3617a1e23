import {
  Fixture,
  authentication,
  authenticationWith,
} from '../__testUtils__/build';

/** Fixture of `query-token`. */
export const queryToken: Fixture = {
  bad: [[authentication()], [authenticationWith('fromParams: [token]')]],
  good: [
    [
      authenticationWith(
        'fromHeaders: [{name: Authorization, prefix: "Bearer "}]',
      ),
    ],
  ],
};
