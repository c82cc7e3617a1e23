import { Fixture, denyAtGateway, route } from '../__testUtils__/build';
import { BACKEND_JWT } from '../../__testUtils__/handsOn';
/** Fixture of `preflight-blocked`. */
export const preflightBlocked: Fixture = {
  bad: [
    [
      route(
        '[h.example.com]',
        'corsPolicy: {allowOrigins: [{exact: "https://app.example"}]}',
      ),
      BACKEND_JWT,
    ],
    [route(), BACKEND_JWT],
    // An exempt path lets its preflights pass, and no others.
    [
      route(),
      denyAtGateway(
        'from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {notPaths: [/healthz], methods: [GET, OPTIONS]}}]',
      ),
    ],
  ],
  good: [
    [route()],
    [BACKEND_JWT],
    [
      route(),
      denyAtGateway(
        'from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {notMethods: [OPTIONS]}}]',
      ),
    ],
  ],
};
