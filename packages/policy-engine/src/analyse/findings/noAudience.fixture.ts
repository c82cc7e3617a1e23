import {
  Fixture,
  authentication,
  authenticationWith,
} from '../__testUtils__/build';

/** Fixture of `no-audience`. */
export const noAudience: Fixture = {
  bad: [[authentication()]],
  good: [[authenticationWith('audiences: [backend]')]],
};
