import { Fixture, allow, authentication, ISSUER } from '../__testUtils__/build';

/** Fixture of `negation-admits-anonymous`. */
export const negationAdmitsAnonymous: Fixture = {
  bad: [
    [
      authentication(),
      allow('when: [{key: "request.auth.claims[tier]", notValues: [free]}]'),
    ],
    [
      authentication(),
      allow('from: [{source: {notRequestPrincipals: ["a/b"]}}]'),
    ],
  ],
  good: [
    [
      authentication(),
      allow(
        `from: [{source: {requestPrincipals: ["${ISSUER}/*"]}}], when: [{key: "request.auth.claims[tier]", notValues: [free]}]`,
      ),
    ],
  ],
};
