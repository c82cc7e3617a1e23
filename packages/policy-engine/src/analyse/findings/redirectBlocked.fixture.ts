import { gatewayPolicy } from '../../__testUtils__/policies';
import {
  Fixture,
  allowAtGateway,
  authenticationAtGateway,
  ISSUER,
  route,
} from '../__testUtils__/build';

const REDIRECT = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: backend-gateway, namespace: default}
spec:
  selector: {istio: ingressgateway}
  servers:
  - {port: {number: 80, name: http, protocol: HTTP}, hosts: [h.example.com], tls: {httpsRedirect: true}}
  - {port: {number: 443, name: https, protocol: HTTPS}, hosts: [h.example.com], tls: {mode: SIMPLE, credentialName: h}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: backend-vs, namespace: default}
spec:
  hosts: [h.example.com]
  gateways: [backend-gateway]
  http: [{route: [{destination: {host: backend, port: {number: 80}}}]}]
`;

const OPEN_REDIRECT = gatewayPolicy(
  `rules: [{from: [{source: {requestPrincipals: ["${ISSUER}/*"]}}]}, {to: [{operation: {ports: ["8080"]}}]}]`,
  'at-gateway',
);

/** Fixture of `redirect-blocked`. */
export const redirectBlocked: Fixture = {
  bad: [
    [
      REDIRECT,
      allowAtGateway(`from: [{source: {requestPrincipals: ["${ISSUER}/*"]}}]`),
      authenticationAtGateway(),
    ],
    [
      route('[h.example.com]', 'match: [{uri: {exact: /healthz}}]'),
      allowAtGateway(`from: [{source: {requestPrincipals: ["${ISSUER}/*"]}}]`),
      authenticationAtGateway(),
    ],
  ],
  good: [
    [REDIRECT, OPEN_REDIRECT, authenticationAtGateway()],
    [REDIRECT],
    [REDIRECT, allowAtGateway('to: [{operation: {ports: ["8080"]}}]')],
    [
      route(),
      allowAtGateway(`from: [{source: {requestPrincipals: ["${ISSUER}/*"]}}]`),
      authenticationAtGateway(),
    ],
  ],
};
