import { Fixture } from '../__testUtils__/build';
import {
  GATEWAY,
  INGRESS_POLICY,
  ingressAuthentication,
} from '../../__testUtils__/handsOn';

const JWT_AT_GATEWAY = [GATEWAY, ingressAuthentication(true), INGRESS_POLICY];

const OTHER_HOST = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: other, namespace: default}
spec:
  hosts: [other.example.com]
  gateways: [backend-gateway]
  http: [{route: [{destination: {host: frontend}}]}]
`;

const ALLOW_OTHER_HOST = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: other, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  rules: [{to: [{operation: {hosts: ["other.example.com", "other.example.com:*"]}}]}]
`;

/** Fixture of `locks-other-hosts`. */
export const locksOtherHosts: Fixture = {
  bad: [[...JWT_AT_GATEWAY, OTHER_HOST]],
  good: [JWT_AT_GATEWAY, [...JWT_AT_GATEWAY, OTHER_HOST, ALLOW_OTHER_HOST]],
};
