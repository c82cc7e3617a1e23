import { gatewayYaml, to, virtualService } from '../../__testUtils__/gateways';
import {
  BACKEND_JWT,
  ingressAuthentication,
} from '../../__testUtils__/handsOn';
import { policies, waypointYaml } from '../../__testUtils__/ambient';
import {
  barePod,
  denyAtGateway,
  Fixture,
  namespace,
} from '../__testUtils__/build';

const otherService = (selector: string) => `
apiVersion: v1
kind: Service
metadata: {name: backend-old, namespace: default}
spec: {selector: {${selector}}, ports: [{name: http, port: 80, targetPort: 8080}]}
`;
const SAME = otherService('app: backend');
const ROUTES = [
  gatewayYaml(),
  virtualService(`{${to('backend')}}`),
  virtualService(`{${to('backend-old')}}`, {
    name: 'old',
    rest: 'hosts: [old.test], gateways: [gw],',
  }),
];
const TOKENS = 'from: [{source: {notRequestPrincipals: ["*"]}}]';
const FOR_ONE_HOST = denyAtGateway(
  `${TOKENS}, to: [{operation: {hosts: [h.test, "h.test:*"]}}]`,
);

const forService = (name: string) =>
  policies(
    `targetRefs: [{group: "", kind: Service, name: ${name}}]`,
    'default',
  );
const WAYPOINT = [
  namespace(
    'istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint',
  ),
  barePod(),
  waypointYaml('', '', 'default'),
  forService('backend'),
];

/** Fixture of `same-pods`. */
export const samePods: Fixture = {
  bad: [
    [...ROUTES, SAME, ingressAuthentication(true), FOR_ONE_HOST],
    [...WAYPOINT, SAME],
  ],
  good: [
    // For both Services at the waypoint.
    [
      ...WAYPOINT,
      SAME,
      forService('backend-old').replaceAll('name: jwt', 'name: old'),
    ],
    // Alone at the waypoint.
    WAYPOINT,
    // Other Pods.
    [
      ...ROUTES,
      otherService('app: frontend'),
      ingressAuthentication(true),
      FOR_ONE_HOST,
    ],
    // No Pods.
    [...ROUTES, otherService(''), ingressAuthentication(true), FOR_ONE_HOST],
    // For both hosts.
    [...ROUTES, SAME, ingressAuthentication(true), denyAtGateway(TOKENS)],
    // At the workload.
    [...ROUTES, SAME, BACKEND_JWT],
    // Nobody says that the gateway requires one.
    [...ROUTES, SAME],
    // No route leads there.
    [...ROUTES.slice(0, 2), SAME, ingressAuthentication(true), FOR_ONE_HOST],
  ],
};
