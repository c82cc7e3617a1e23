import {
  Fixture,
  authenticationAtGateway,
  authenticationWith,
  route,
} from '../__testUtils__/build';

/** Fixture of `claim-header-spoof`. */
export const claimHeaderSpoof: Fixture = {
  bad: [
    [
      route(),
      authenticationAtGateway(
        'outputClaimToHeaders: [{header: x-user, claim: sub}]',
      ),
    ],
  ],
  good: [
    [
      route(),
      authenticationWith(
        'outputClaimToHeaders: [{header: x-user, claim: sub}]',
      ),
    ],
  ],
};
