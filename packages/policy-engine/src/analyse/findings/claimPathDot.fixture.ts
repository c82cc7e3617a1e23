import { Fixture, allow, authentication } from '../__testUtils__/build';

/** Fixture of `claim-path-dot`. */
export const claimPathDot: Fixture = {
  bad: [
    [
      authentication(),
      allow(
        'when: [{key: "request.auth.claims[realm_access.roles]", values: [admin]}]',
      ),
    ],
    [
      authentication(),
      allow('when: [{key: "request.auth.claims[a.b]", values: [c]}]'),
    ],
  ],
  good: [
    [
      authentication(),
      allow(
        'when: [{key: "request.auth.claims[realm_access][roles]", values: [admin]}]',
      ),
    ],
    [
      authentication(),
      allow(
        'when: [{key: "request.auth.claims[https://app.example/roles]", values: [admin]}]',
      ),
    ],
  ],
};
