import { Fixture, authentication } from '../__testUtils__/build';

/** Fixture of `jwks-plaintext`. */
export const jwksPlaintext: Fixture = {
  bad: [
    [
      authentication(
        '[{issuer: "https://idp.example", jwksUri: "http://idp.example/keys"}]',
      ),
    ],
    [
      authentication(
        '[{issuer: a, jwksUri: "http://keycloak.auth.svc.cluster.local/keys"}]',
      ),
    ],
  ],
  good: [[authentication()]],
};
