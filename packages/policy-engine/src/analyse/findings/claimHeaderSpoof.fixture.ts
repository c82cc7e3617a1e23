import {
  allow,
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
      authenticationAtGateway(
        'outputClaimToHeaders: [{header: x-user, claim: sub}]',
      ),
      allow(
        'from: [{source: {principals: ["cluster.local/ns/istio-system/sa/istio-ingressgateway"]}}]',
      ),
    ],
    [
      route(),
      authenticationWith(
        'outputClaimToHeaders: [{header: x-user, claim: sub}]',
      ),
    ],
  ],
};
