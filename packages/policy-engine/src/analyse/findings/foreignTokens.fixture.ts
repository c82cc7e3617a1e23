import {
  Fixture,
  authentication,
  authenticationAtGateway,
  ISSUER,
  requirement,
  route,
} from '../__testUtils__/build';

/** Fixture of `foreign-tokens`. */
export const foreignTokens: Fixture = {
  bad: [
    [
      route(),
      authenticationAtGateway(),
      authentication(
        '[{issuer: "https://tenant.example", jwksUri: "https://tenant.example/keys"}]',
      ),
      requirement('"https://tenant.example/*"'),
    ],
  ],
  good: [
    [
      route(),
      authenticationAtGateway(),
      authentication(),
      requirement(`"${ISSUER}/*"`),
    ],
    [
      route(),
      authenticationAtGateway('fromHeaders: [{name: x-gateway-token}]'),
      authentication(
        '[{issuer: "https://tenant.example", jwksUri: "https://tenant.example/keys"}]',
      ),
    ],
  ],
};
