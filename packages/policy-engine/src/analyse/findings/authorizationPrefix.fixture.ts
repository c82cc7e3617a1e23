import { Fixture, authenticationWith } from '../__testUtils__/build';

/** Fixture of `authorization-prefix`. */
export const authorizationPrefix: Fixture = {
  bad: [[authenticationWith('fromHeaders: [{name: Authorization}]')]],
  good: [
    [
      authenticationWith(
        'fromHeaders: [{name: Authorization, prefix: "Bearer "}]',
      ),
    ],
    [authenticationWith('fromHeaders: [{name: x-token}]')],
  ],
};
