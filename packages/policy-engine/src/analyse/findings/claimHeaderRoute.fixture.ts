import {
  Fixture,
  authenticationAtGateway,
  authenticationWith,
  route,
} from '../__testUtils__/build';

const byHeader = (name: string, field = 'headers') =>
  route('[h.example.com]', `match: [{${field}: {${name}: {exact: admin}}}]`);
const WRITES = 'outputClaimToHeaders: [{header: X-Role, claim: role}]';

/** Fixture of `claim-header-route`. */
export const claimHeaderRoute: Fixture = {
  bad: [
    [byHeader('x-role'), authenticationAtGateway(WRITES)],
    [byHeader('X-ROLE', 'withoutHeaders'), authenticationAtGateway(WRITES)],
    [
      byHeader('x-payload'),
      authenticationAtGateway('outputPayloadToHeader: x-payload'),
    ],
  ],
  good: [
    [byHeader('x-role'), authenticationAtGateway()],
    [byHeader('x-other'), authenticationAtGateway(WRITES)],
    [byHeader('x-role'), authenticationWith(WRITES)],
    [byHeader('"@request.auth.claims.role"'), authenticationAtGateway(WRITES)],
  ],
};
