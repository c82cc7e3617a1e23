import {
  Fixture,
  authentication,
  authenticationWith,
} from '../__testUtils__/build';

/** Fixture of `header-only`. */
export const headerOnly: Fixture = {
  bad: [[authenticationWith('fromHeaders: [{name: x-token}]')]],
  good: [
    [authentication()],
    [
      authenticationWith(
        'fromHeaders: [{name: Authorization, prefix: "Bearer "}, {name: x-token}]',
      ),
    ],
  ],
};
