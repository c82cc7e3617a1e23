import { Fixture, allow, authentication } from '../__testUtils__/build';

/** Fixture of `scope-with-space`. */
export const scopeWithSpace: Fixture = {
  bad: [
    [
      authentication(),
      allow(
        'when: [{key: "request.auth.claims[scope]", values: ["read write"]}]',
      ),
    ],
  ],
  good: [
    [
      authentication(),
      allow('when: [{key: "request.auth.claims[scope]", values: [read]}]'),
    ],
  ],
};
