import { Fixture, authentication } from '../__testUtils__/build';

/** Fixture of `issuer-empty`. */
export const issuerEmpty: Fixture = {
  bad: [[authentication('[{jwksUri: "https://keys.example"}]')]],
  good: [[authentication()]],
};
