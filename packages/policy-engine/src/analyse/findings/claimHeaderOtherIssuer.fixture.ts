import { authentication, Fixture, ISSUER } from '../__testUtils__/build';

const rule = (issuer: string, output = '') =>
  `{issuer: "${issuer}", jwksUri: "https://keys.example"${output}}`;
const X_USER = ', outputClaimToHeaders: [{header: X-User, claim: sub}]';
const PAYLOAD = ', outputPayloadToHeader: x-payload';
/** Sorts before {@link ISSUER}. */
const PARTNER = 'https://partner.example';

/** Fixture of `claim-header-other-issuer`. */
export const claimHeaderOtherIssuer: Fixture = {
  bad: [
    [authentication(`[${rule(ISSUER, X_USER)}, ${rule(PARTNER)}]`)],
    [authentication(`[${rule(PARTNER)}, ${rule(ISSUER, PAYLOAD)}]`)],
    [authentication(`[${rule(PARTNER, PAYLOAD)}, ${rule(ISSUER, X_USER)}]`)],
    [
      authentication(`[${rule(ISSUER, X_USER)}]`),
      authentication(`[${rule(PARTNER)}]`).replace('backend-jwt', 'partner'),
    ],
  ],
  good: [
    [authentication(`[${rule(ISSUER)}, ${rule(PARTNER)}]`)],
    [authentication(`[${rule(ISSUER, X_USER)}]`)],
    [authentication(`[${rule(ISSUER)}, ${rule(PARTNER, X_USER)}]`)],
    [authentication(`[${rule(PARTNER, X_USER)}, ${rule(ISSUER, X_USER)}]`)],
  ],
};
