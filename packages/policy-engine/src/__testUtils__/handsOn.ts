/** The mesh of the well-known tutorial: frontend, backend, a shared ingress gateway. */

const pod = (namespace: string, app: string, account: string, extra = '') => `
apiVersion: v1
kind: Pod
metadata:
  name: ${app}-0
  namespace: ${namespace}
  labels: {${extra || `app: ${app}`}}
spec:
  serviceAccountName: ${account}
  containers:
  - {name: app}
  - {name: istio-proxy}
`;

export const WORKLOADS = `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: frontend, namespace: default}
spec: {selector: {app: frontend}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: istio-ingressgateway, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  ports: [{name: http2, port: 80, targetPort: 8080}, {name: https, port: 443, targetPort: 8443}]
---${pod('default', 'backend', 'backend')}---${pod(
  'default',
  'frontend',
  'frontend',
)}---
apiVersion: v1
kind: Pod
metadata: {name: istio-ingressgateway-0, namespace: istio-system, labels: {app: istio-ingressgateway, istio: ingressgateway}}
spec:
  serviceAccountName: istio-ingressgateway
  containers: [{name: istio-proxy, args: [proxy, router]}]
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
`;

export const ALLOW_FRONTEND = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: backend-allow-frontend, namespace: default}
spec:
  selector: {matchLabels: {app: backend}}
  action: ALLOW
  rules: [{from: [{source: {principals: ["cluster.local/ns/default/sa/frontend"]}}]}]
`;

export const BACKEND_JWT = `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: backend-jwt, namespace: default}
spec:
  selector: {matchLabels: {app: backend}}
  jwtRules:
  - issuer: testing@secure.istio.io
    jwksUri: https://testing.example.com/jwks.json
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: backend-jwt-policy, namespace: default}
spec:
  selector: {matchLabels: {app: backend}}
  action: ALLOW
  rules: [{from: [{source: {requestPrincipals: ["testing@secure.istio.io/*"]}}]}]
`;

export const GATEWAY = `
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
  hosts: ["*"]
  gateways: [backend-gateway]
  http: [{route: [{destination: {host: backend, port: {number: 80}}}]}]
`;

/** @param forward - value of `forwardOriginalToken` */
export const ingressAuthentication = (forward: boolean) => `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: ingress-jwt, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  jwtRules:
  - issuer: testing@secure.istio.io
    jwksUri: https://testing.example.com/jwks.json
    forwardOriginalToken: ${forward}
`;

export const INGRESS_POLICY = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ingress-jwt-policy, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  action: ALLOW
  rules: [{from: [{source: {requestPrincipals: ["testing@secure.istio.io/*"]}}]}]
`;
