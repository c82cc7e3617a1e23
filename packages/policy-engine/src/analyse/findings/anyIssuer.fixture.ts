import {
  Fixture,
  authentication,
  ISSUER,
  requirement,
} from '../__testUtils__/build';

const BOTH = authentication(
  `[{issuer: ${ISSUER}, jwksUri: "https://keys.example"}, {issuer: "https://tenant.example", jwksUri: "https://tenant.example/keys"}]`,
);

/** Fixture of `any-issuer`. */
export const anyIssuer: Fixture = {
  bad: [[BOTH, requirement('"*"')]],
  good: [
    [BOTH, requirement(`"${ISSUER}/*"`)],
    [authentication(), requirement('"*"')],
  ],
};
