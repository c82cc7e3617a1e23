import {
  Fixture,
  authenticationAtGateway,
  route,
} from '../__testUtils__/build';

const BY_CLAIM = route(
  '[h.example.com]',
  'match: [{headers: {"@request.auth.claims.group": {exact: admin}}}]',
);

/** Fixture of `claim-routing`. */
export const claimRouting: Fixture = {
  bad: [[BY_CLAIM]],
  good: [[BY_CLAIM, authenticationAtGateway()], [route()]],
};
