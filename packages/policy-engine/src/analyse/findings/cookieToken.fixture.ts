import {
  Fixture,
  authentication,
  authenticationWith,
} from '../__testUtils__/build';

/** Fixture of `cookie-token`. */
export const cookieToken: Fixture = {
  bad: [[authenticationWith('fromCookies: [session]')]],
  good: [[authentication()]],
};
