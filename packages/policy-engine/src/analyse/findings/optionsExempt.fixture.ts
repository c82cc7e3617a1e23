import {
  Fixture,
  authenticationAtGateway,
  denyAtGateway,
  route,
} from '../__testUtils__/build';
import { gatewayPolicy } from '../../__testUtils__/policies';

const ONLY_PREFLIGHTS = gatewayPolicy(
  'action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {notMethods: [OPTIONS]}}]}, {from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {methods: [OPTIONS]}}], when: [{key: "request.headers[access-control-request-method]", notValues: ["*"]}]}]',
  'at-gateway',
);

/** Fixture of `options-exempt`. */
export const optionsExempt: Fixture = {
  bad: [
    [
      route(),
      authenticationAtGateway(),
      denyAtGateway(
        'from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {notMethods: [OPTIONS]}}]',
      ),
    ],
  ],
  good: [
    [
      route(),
      authenticationAtGateway(),
      denyAtGateway('from: [{source: {notRequestPrincipals: ["*"]}}]'),
    ],
    [route(), authenticationAtGateway(), ONLY_PREFLIGHTS],
  ],
};
