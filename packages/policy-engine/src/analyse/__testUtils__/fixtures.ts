import {
  ALLOW_FRONTEND,
  BACKEND_JWT,
  GATEWAY,
  INGRESS_POLICY,
  ingressAuthentication,
  WORKLOADS,
} from '../../__testUtils__/handsOn';

/** For each finding: meshes in which service `default/backend` has it, and ones in which it has not. */
export const FIXTURES: Record<string, { bad: string[][]; good: string[][] }> = {
  'validated-not-required': {
    bad: [[authentication()]],
    good: [[BACKEND_JWT], []],
  },
  'required-not-validated': {
    bad: [
      [requirement(`"testing@secure.istio.io/*"`)],
      [authentication('[]'), requirement('"*"')],
    ],
    good: [[BACKEND_JWT], [ALLOW_FRONTEND]],
  },
  'selects-nothing': {
    bad: [
      [policy('selector: {matchLabels: {app: nobody}}, rules: [{}]')],
      [ingressInWrongNamespace()],
    ],
    good: [[BACKEND_JWT], [policy('rules: [{}]')]],
  },
  'sibling-allow': {
    bad: [
      [BACKEND_JWT, ALLOW_FRONTEND],
      [BACKEND_JWT, policy('rules: [{}]')],
    ],
    good: [[BACKEND_JWT], [ALLOW_FRONTEND]],
  },
  'locks-other-hosts': {
    bad: [[GATEWAY, ingressAuthentication(true), INGRESS_POLICY, otherHost()]],
    good: [
      [GATEWAY, ingressAuthentication(true), INGRESS_POLICY],
      [
        GATEWAY,
        ingressAuthentication(true),
        INGRESS_POLICY,
        otherHost(),
        allowOtherHost(),
      ],
    ],
  },
  'host-port': {
    bad: [
      [
        policy(
          `${selectBackend()}, action: DENY, rules: [{to: [{operation: {hosts: ["h", "*.a.example"]}}]}]`,
        ),
      ],
    ],
    good: [
      [
        policy(
          `${selectBackend()}, action: DENY, rules: [{to: [{operation: {hosts: ["h", "h:*"]}}]}]`,
        ),
      ],
    ],
  },
  'issuer-mismatch': {
    bad: [
      [authentication(), requirement('"testing@secure.istio.io//*"')],
      [authentication(), requirement('"https://other.example/*"')],
    ],
    good: [[BACKEND_JWT], [authentication(), requirement('"*"')]],
  },
  'principal-never-matches': {
    bad: [
      [authentication(), requirement('"https://idp*"')],
      [authentication(), requirement('"testing@secure.istio.io/a/b"')],
    ],
    good: [[BACKEND_JWT], [authentication(), requirement('"testing@*"')]],
  },
  'no-audience': {
    bad: [[authentication()]],
    good: [
      [
        authentication(
          '[{issuer: a, jwksUri: "https://a.example", audiences: [b]}]',
        ),
      ],
    ],
  },
  'allow-empty': {
    bad: [[policy(selectBackend())]],
    good: [
      [policy(`${selectBackend()}, rules: [{}]`)],
      [policy(`${selectBackend()}, action: DENY`)],
    ],
  },
  'dry-run': {
    bad: [
      [policy(`${selectBackend()}, rules: [{}]`, 'istio.io/dry-run: "true"')],
    ],
    good: [
      [policy(`${selectBackend()}, rules: [{}]`, 'istio.io/dry-run: "false"')],
    ],
  },
  'not-http': {
    bad: [[BACKEND_JWT, tcpService()]],
    good: [[BACKEND_JWT], [tcpService()]],
  },
  'token-stripped': {
    bad: [[GATEWAY, BACKEND_JWT, ingressAuthentication(false)]],
    good: [
      [GATEWAY, BACKEND_JWT, ingressAuthentication(true)],
      [GATEWAY, ingressAuthentication(false)],
    ],
  },
  'second-route': {
    bad: [[GATEWAY, ingressAuthentication(true), INGRESS_POLICY]],
    good: [[GATEWAY, BACKEND_JWT], [GATEWAY]],
  },
  malformed: {
    bad: [
      [policy(`${selectBackend()}, action: PERMIT`)],
      [authentication('[{}]')],
    ],
    good: [[BACKEND_JWT]],
  },
};

/** Goes under every fixture. */
export const BASE = WORKLOADS;

function selectBackend(): string {
  return 'selector: {matchLabels: {app: backend}}';
}

function policy(spec: string, annotations = ''): string {
  return `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: extra, namespace: default, annotations: {${annotations}}}
spec: {${spec}}
`;
}

function requirement(principal: string): string {
  return policy(
    `${selectBackend()}, rules: [{from: [{source: {requestPrincipals: [${principal}]}}]}]`,
  );
}

function authentication(
  rules = '[{issuer: testing@secure.istio.io, jwksUri: "https://keys.example"}]',
): string {
  return `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: backend-jwt, namespace: default}
spec: {${selectBackend()}, jwtRules: ${rules}}
`;
}

function ingressInWrongNamespace(): string {
  return policy(
    'selector: {matchLabels: {istio: ingressgateway}}, rules: [{}]',
  );
}

function otherHost(): string {
  return `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: other, namespace: default}
spec:
  hosts: [other.example.com]
  gateways: [backend-gateway]
  http: [{route: [{destination: {host: frontend}}]}]
`;
}

function allowOtherHost(): string {
  return `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: other, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  rules: [{to: [{operation: {hosts: ["other.example.com", "other.example.com:*"]}}]}]
`;
}

function tcpService(): string {
  return `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{name: tcp, port: 80, targetPort: 8080}]}
`;
}
