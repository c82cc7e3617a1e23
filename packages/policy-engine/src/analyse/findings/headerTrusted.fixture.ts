import {
  Fixture,
  allow,
  authentication,
  authenticationWith,
  deny,
} from '../__testUtils__/build';

/** Fixture of `header-trusted`. */
export const headerTrusted: Fixture = {
  bad: [
    [
      authentication(),
      allow('when: [{key: "request.headers[x-user]", values: ["*"]}]'),
    ],
    [
      authentication(),
      deny('when: [{key: "request.headers[x-internal]", notValues: ["true"]}]'),
    ],
  ],
  good: [
    [
      authenticationWith(
        'outputClaimToHeaders: [{header: x-user, claim: sub}]',
      ),
      allow('when: [{key: "request.headers[x-user]", values: ["*"]}]'),
    ],
    [
      authentication(),
      allow('when: [{key: "request.auth.claims[sub]", values: ["*"]}]'),
    ],
  ],
};
