import { Fixture, authentication, ISSUER } from '../__testUtils__/build';

/** Fixture of `issuer-twice`. */
export const issuerTwice: Fixture = {
  bad: [
    [
      authentication(
        `[{issuer: ${ISSUER}, jwksUri: "https://keys.example", audiences: [backend]}, {issuer: ${ISSUER}, jwksUri: "https://keys.example"}]`,
      ),
    ],
  ],
  good: [
    [
      authentication(
        `[{issuer: ${ISSUER}, jwksUri: "https://keys.example", audiences: [backend]}]`,
      ),
    ],
    [
      authentication(
        `[{issuer: ${ISSUER}, jwksUri: "https://keys.example", audiences: [backend]}, {issuer: other, jwksUri: "https://keys.example"}]`,
      ),
    ],
  ],
};
