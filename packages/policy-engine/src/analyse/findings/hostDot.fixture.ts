import {
  Fixture,
  authenticationAtGateway,
  denyAtGateway,
  route,
} from '../__testUtils__/build';

/** Fixture of `host-dot`. */
export const hostDot: Fixture = {
  bad: [
    [
      route('["*"]'),
      authenticationAtGateway(),
      denyAtGateway(
        'from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {hosts: [h.example.com, "h.example.com:*"]}}]',
      ),
    ],
  ],
  good: [
    [
      route(),
      authenticationAtGateway(),
      denyAtGateway(
        'from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {hosts: [h.example.com, "h.example.com:*"]}}]',
      ),
    ],
  ],
};
