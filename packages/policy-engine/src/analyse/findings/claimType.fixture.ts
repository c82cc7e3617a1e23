import { Fixture, allow, authentication } from '../__testUtils__/build';

/** Fixture of `claim-type`. */
export const claimType: Fixture = {
  bad: [
    [
      authentication(),
      allow(
        'when: [{key: "request.auth.claims[email_verified]", values: ["true"]}]',
      ),
    ],
    [
      authentication(),
      allow('when: [{key: "request.auth.claims[level]", values: ["3"]}]'),
    ],
  ],
  good: [
    [
      authentication(),
      allow('when: [{key: "request.auth.claims[role]", values: [admin]}]'),
    ],
  ],
};
