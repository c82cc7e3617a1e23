import { Fixture, authentication, ISSUER } from '../__testUtils__/build';

/** Fixture of `jwks-discovery`. */
export const jwksDiscovery: Fixture = {
  bad: [[authentication(`[{issuer: ${ISSUER}}]`)]],
  good: [
    [authentication('[{issuer: "https://idp.example"}]')],
    [authentication()],
  ],
};
