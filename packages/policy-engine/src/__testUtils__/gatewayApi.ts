import { ProxyRef } from '..';

const timed = (created: string) =>
  created && `, creationTimestamp: "${created}"`;

export const gateway = (
  listeners: string,
  { name = 'web', namespace = 'default', rest = '', created = '' } = {},
) => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: ${namespace}${timed(created)}}
spec: {gatewayClassName: istio, ${rest} listeners: [${listeners}]}
`;
export const HTTP = '{name: http, port: 80, protocol: HTTP}';
export const route = (
  rules: string,
  {
    kind = 'HTTPRoute',
    name = 'r',
    namespace = 'default',
    parent = '{name: web}',
    hosts = 'h.example.com',
    created = '2026-01-01T00:00:00Z',
  } = {},
) => `
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}${timed(created)}}
spec: {parentRefs: [${parent}], ${
  hosts ? `hostnames: [${hosts}],` : ''
} rules: [${rules}]}
`;
export const to = (name: string, rest = '') =>
  `backendRefs: [{name: ${name}, port: 80}], ${rest}`;
export const TO_BACKEND = `{${to('backend')}}`;

export const PROXY: ProxyRef = {
  kind: 'gateway',
  namespace: 'default',
  name: 'web-istio',
  labels: { 'gateway.networking.k8s.io/gateway-name': 'web' },
};
