import { ISSUER } from './mesh';

export const REPORTS = { namespace: 'ambient', name: 'reports' };

export const namespaceYaml = (labels = '') => `
apiVersion: v1
kind: Namespace
metadata: {name: ambient, labels: {istio.io/dataplane-mode: ambient ${labels}}}
`;
export const serviceYaml = (labels = '') => `
apiVersion: v1
kind: Service
metadata: {name: reports, namespace: ambient, labels: {${labels}}}
spec: {selector: {app: reports}, ports: [{name: http, port: 80, targetPort: 8080}]}
`;
export const podYaml = (labels = '', rest = '') => `
apiVersion: v1
kind: Pod
metadata: {name: reports-0, namespace: ambient, labels: {app: reports ${labels}}, ${rest}}
spec: {serviceAccountName: reports, containers: [{name: app}]}
`;
export const waypointYaml = (
  labels = '',
  listener = '',
  namespace = 'ambient',
  rest = '',
) => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: waypoint, namespace: ${namespace}, labels: {${labels}}}
spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE ${listener}}]}
${rest}
`;
export const policies = (attachment: string, namespace = 'ambient') => `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: jwt, namespace: ${namespace}}
spec: {${attachment}, jwtRules: [{issuer: ${ISSUER}, jwksUri: "https://keys.example.com"}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: jwt, namespace: ${namespace}}
spec: {${attachment}, rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]}
`;
export const BY_SERVICE =
  'targetRefs: [{group: "", kind: Service, name: reports}]';
export const USE = 'istio.io/use-waypoint: waypoint';
export const ONLY_WAYPOINT = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: only-waypoint, namespace: ambient}
spec: {selector: {matchLabels: {app: reports}}, rules: [{from: [{source: {principals: ["cluster.local/ns/ambient/sa/waypoint"]}}]}]}
`;
export const STRICT = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
`;
