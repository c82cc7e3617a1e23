import {
  gatewayAuthentication,
  gatewayPolicy,
} from '../../__testUtils__/policies';

/** Meshes, on top of the tutorial's workloads, in which `default/backend` has a finding or has not. */
export interface Fixture {
  bad: string[][];
  good: string[][];
}

export const SELECT_BACKEND = 'selector: {matchLabels: {app: backend}}';
export const ISSUER = 'testing@secure.istio.io';

/** AuthorizationPolicy in `default`. `spec` is flow YAML without braces. */
export function policy(
  spec: string,
  annotations = '',
  name = 'extra',
  labels = '',
): string {
  const more = Object.entries({ annotations, labels }).flatMap(
    ([field, pairs]) => (pairs ? `, ${field}: {${pairs}}` : []),
  );
  return `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: default${more.join('')}}
spec: {${spec}}
`;
}

/** ALLOW policy for the backend with one rule. */
export function allow(rule: string): string {
  return policy(`${SELECT_BACKEND}, rules: [{${rule}}]`);
}

/** DENY policy for the backend with one rule. */
export function deny(rule: string): string {
  return policy(`${SELECT_BACKEND}, action: DENY, rules: [{${rule}}]`);
}

/** ALLOW policy on the shared gateway with one rule. */
export function allowAtGateway(rule: string): string {
  return gatewayPolicy(`rules: [{${rule}}]`, 'at-gateway');
}

/** DENY policy on the shared gateway with one rule. */
export function denyAtGateway(rule: string): string {
  return gatewayPolicy(`action: DENY, rules: [{${rule}}]`, 'at-gateway');
}

export function requirement(principal: string): string {
  return allow(`from: [{source: {requestPrincipals: [${principal}]}}]`);
}

const RULE = `issuer: ${ISSUER}, jwksUri: "https://keys.example"`;

/** RequestAuthentication of the backend; `rules` is a flow YAML list. */
export function authentication(rules = `[{${RULE}}]`): string {
  return `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: backend-jwt, namespace: default}
spec: {${SELECT_BACKEND}, jwtRules: ${rules}}
`;
}

/** RequestAuthentication of the backend with one rule that has more fields. */
export function authenticationWith(fields: string): string {
  return authentication(`[{${RULE}, ${fields}}]`);
}

/** RequestAuthentication of the shared gateway with one rule that has more fields. */
export function authenticationAtGateway(fields = 'forwardOriginalToken: true') {
  return gatewayAuthentication(`{${RULE}, ${fields}}`, 'at-gateway');
}

/** Gateway and VirtualService for one host. `http` is flow YAML of the route beside its destination. */
export function route(hosts = '[h.example.com]', http = ''): string {
  return `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: backend-gateway, namespace: default}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: backend-vs, namespace: default}
spec:
  hosts: ${hosts}
  gateways: [backend-gateway]
  http: [{route: [{destination: {host: backend, port: {number: 80}}}]${
    http ? `, ${http}` : ''
  }}]
`;
}

/** PeerAuthentication of the backend. */
export function mutualTls(mode: string): string {
  return `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: backend, namespace: default}
spec: {${SELECT_BACKEND}, mtls: {mode: ${mode}}}
`;
}

/** The backend's Service with other ports. */
export function backendService(ports: string, labels = ''): string {
  return `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default, labels: {${labels}}}
spec: {selector: {app: backend}, ports: [${ports}]}
`;
}

/** The backend's Pod without a sidecar. */
export function barePod(labels = 'app: backend'): string {
  return `
apiVersion: v1
kind: Pod
metadata: {name: backend-0, namespace: default, labels: {${labels}}}
spec: {serviceAccountName: backend, containers: [{name: app}]}
`;
}

export function namespace(labels: string): string {
  return `
apiVersion: v1
kind: Namespace
metadata: {name: default, labels: {${labels}}}
`;
}

/**
 * istiod's Pod with an image tag.
 *
 * @param env - settings of its environment, as in `{name: A, value: b}`
 */
export function istiod(tag: string, labels = '', env = ''): string {
  return `
apiVersion: v1
kind: Pod
metadata: {name: istiod-0, namespace: istio-system, labels: {app: istiod${
    labels && `, ${labels}`
  }}}
spec: {containers: [{name: discovery, image: "docker.io/istio/pilot:${tag}", env: [${env}]}]}
`;
}
