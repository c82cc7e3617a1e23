import { Mesh, parseYaml } from 'istio-jwt-policy-engine';
import { ClusterMirror } from '../cluster';
import { ChangeTimes } from '../cluster/ChangeTimes';
import { ClusterConfig, readIstioJwtConfig } from '../config';
import { ConfigReader } from '@backstage/config';

export function meshOf(...texts: string[]): Mesh {
  const mesh = new Mesh();
  for (const text of texts) {
    const { resources, errors } = parseYaml(text);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    resources.forEach(resource => mesh.apply(resource));
  }
  return mesh;
}

/** A cluster's config, as an operator would write it. */
export function clusterConfig(more: object = {}): ClusterConfig {
  const [config] = readIstioJwtConfig(
    new ConfigReader({
      istioJwt: {
        clusters: [{ name: 'c', url: 'https://10.9.9.9:6443', ...more }],
      },
    }),
  ).clusters;
  return config;
}

/** A cluster that was read to the end, without any connection. */
export function mirrorOf(mesh: Mesh, more: object = {}): ClusterMirror {
  return {
    mesh,
    config: clusterConfig(more),
    unreadKinds: [],
    parseErrors: [],
    reading: false,
    freshness: { state: { kind: 'synced' } },
    changeTimes: new ChangeTimes(),
    prepare: async () => {},
    readWhole: (work: (rest: () => Promise<void>) => unknown) =>
      work(async () => {}),
  } as unknown as ClusterMirror;
}

export const podYaml = (name: string, namespace = 'default', more = '') => `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}-0
  namespace: ${namespace}
  labels: {app: ${name}}
  annotations: {sidecar.istio.io/status: '{}'}
spec:
  serviceAccountName: ${name}
  containers: [{name: istio-proxy}, {name: app, ports: [{containerPort: 8080}]}]
status: {phase: Running}
${more}
`;

export const serviceYaml = (name: string, namespace = 'default') => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}}}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 80, targetPort: 8080}]}
`;

/** A shared gateway that opens every host. */
export const gatewayYaml = (name: string, server = '') => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: default}
spec:
  selector: {app: ${name}}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*'] ${server}}]
`;

export const routeYaml = (
  name: string,
  gateways: string,
  http = 'route: [{destination: {host: shop}}]',
) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: default}
spec:
  hosts: [${name}.example.com]
  gateways: [${gateways}]
  http: [{${http}}]
`;

export const ISSUER = 'https://issuer.example.com';

/** A RequestAuthentication and an AuthorizationPolicy that ask for a token, but for some paths. */
export const tokenRequired = (
  app: string,
  namespace: string,
  operation = '',
) => `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: jwt-${app}, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: ${app}}}
  jwtRules: [{issuer: '${ISSUER}', jwksUri: '${ISSUER}/keys', forwardOriginalToken: true}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: jwt-${app}, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: ${app}}}
  action: DENY
  rules:
    - from: [{source: {notRequestPrincipals: ['${ISSUER}/*']}}]
      ${operation && `to: [{operation: {${operation}}}]`}
`;
