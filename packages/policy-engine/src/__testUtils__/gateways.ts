import {
  assessService,
  matchRoute,
  Mesh,
  ProxyRequest,
  WayInAssessment,
} from '..';
import { GATEWAY_PROXY } from './mesh';

export const BACKEND = { namespace: 'default', name: 'backend' };

export const gatewayYaml = (servers = '') => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw, namespace: default}
spec: {selector: {istio: ingressgateway}, servers: [${
  servers || '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}'
}]}
`;
export const virtualService = (
  http: string,
  {
    name = 'vs',
    namespace = 'default',
    rest = 'hosts: [h.test], gateways: [gw],',
    layer = 'http',
    created = '2026-01-01T00:00:00Z',
  } = {},
) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: ${namespace}${
  created && `, creationTimestamp: "${created}"`
}}
spec: {${rest} ${layer}: [${http}]}
`;
export const to = (host: string) =>
  `route: [{destination: {host: ${host}, port: {number: 80}}}]`;
export const TO_BACKEND = to('backend.default.svc.cluster.local');

export function gatewayWays(mesh: Mesh): WayInAssessment[] {
  return assessService(mesh, BACKEND).waysIn.filter(
    ({ kind }) => kind === 'gateway',
  );
}

export function whereTo(
  mesh: Mesh,
  request: Partial<ProxyRequest> = {},
): string {
  const match = matchRoute(mesh, GATEWAY_PROXY, {
    port: 8080,
    host: 'h.test',
    ...request,
  });
  return match.kind === 'service' ? match.service.name : match.kind;
}
