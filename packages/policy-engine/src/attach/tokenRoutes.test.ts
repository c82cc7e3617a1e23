import { assessService } from '..';
import { ISSUER, meshOf } from '../__testUtils__/mesh';

const BACKEND = { namespace: 'shop', name: 'backend' };
const base = (places = '') => `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: shop}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: backend-1, namespace: shop, labels: {app: backend}}
spec: {containers: [{name: app}, {name: istio-proxy, args: [proxy, sidecar]}]}
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: jwt, namespace: shop}
spec: {selector: {matchLabels: {app: backend}}, jwtRules: [{issuer: ${ISSUER}, jwksUri: "https://keys.example.com" ${places}}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: jwt, namespace: shop}
spec: {selector: {matchLabels: {app: backend}}, rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]}
`;
const SET = 'headers: {request: {set: {Authorization: "Bearer x"}}}';
const HERE = 'destination: {host: backend}';
const route = (rules: string, rest = '') => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: v, namespace: shop}
spec: {hosts: [front], ${rest} http: [${rules}]}
`;
const apiRoute = (filter: string, parent = 'kind: Service, group: ""') => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: v, namespace: shop}
spec: {parentRefs: [{${parent}, name: backend}], rules: [{filters: [${filter}], backendRefs: [{name: backend, port: 80}]}]}
`;
const MODIFIER =
  '{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: authorization, value: Bearer x}]}}';
const REWRITE =
  '{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: "/a?access_token=x"}}}';

describe('a route inside the mesh that writes a token', () => {
  it.each<[string, string, string, boolean]>([
    ['in the header', '', route(`{${SET}, route: [{${HERE}}]}`), true],
    ['for one share', '', route(`{route: [{${HERE}, ${SET}}]}`), true],
    [
      'added',
      '',
      route(`{${SET.replace('set', 'add')}, route: [{${HERE}}]}`),
      true,
    ],
    [
      'in a query',
      '',
      route(`{rewrite: {uri: "/a?access_token=x"}, route: [{${HERE}}]}`),
      true,
    ],
    [
      'in a path without a query',
      '',
      route(`{rewrite: {uri: /a}, route: [{${HERE}}]}`),
      false,
    ],
    [
      'where none is looked for',
      ', fromHeaders: [{name: x-token}]',
      route(`{${SET}, route: [{${HERE}}]}`),
      false,
    ],
    [
      'in a header of its own',
      ', fromHeaders: [{name: X-Token}]',
      route(`{headers: {request: {set: {x-token: x}}}, route: [{${HERE}}]}`),
      true,
    ],
    [
      'for another Service',
      '',
      route(
        `{${SET}, route: [{destination: {host: x}}]}, {route: [{${HERE}}]}`,
      ),
      false,
    ],
    [
      'at a gateway alone',
      '',
      route(`{${SET}, route: [{${HERE}}]}`, 'gateways: [gw],'),
      false,
    ],
    ['by an HTTPRoute', '', apiRoute(MODIFIER), true],
    ['by an HTTPRoute, in a query', '', apiRoute(REWRITE), true],
    [
      'by an HTTPRoute at a gateway alone',
      '',
      apiRoute(MODIFIER, 'kind: Gateway'),
      false,
    ],
  ])('%s', (_, places, text, isWritten) => {
    const mesh = meshOf([base(places), text]);
    const { state, reason } = assessService(mesh, BACKEND);
    expect(state).toBe(isWritten ? 'unknown' : 'enforced');
    expect(reason.includes("shop/v has callers' sidecars write")).toBe(
      isWritten,
    );
  });
});
