/** A gateway of the Gateway API, and a Service behind a waypoint that the ingress gateway leads to. */
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { describeWorkload } from '../topology/objects.ts';
import { describeWaypoint } from '../topology/waypoint.ts';
import {
  GATEWAY_API_GATEWAY,
  INGRESS,
  REPORTS,
  WAYPOINT,
} from '../topology/workloads.ts';

export const API_GATEWAY = 'backend-api';
const networking = 'networking.istio.io/v1';
const gatewayApi = 'gateway.networking.k8s.io/v1';
const REPORTS_HOST = 'reports.ambient.svc.cluster.local';
/** With this the gateway's route answers by itself. */
export const REDIRECT_STATUS = 302;

/** Applied for the time of the comparison. */
export const ROUTES: Manifest[] = [
  {
    apiVersion: gatewayApi,
    kind: 'Gateway',
    metadata: { name: API_GATEWAY, namespace: 'default' },
    spec: {
      gatewayClassName: 'istio',
      listeners: [
        {
          name: 'http',
          port: 80,
          protocol: 'HTTP',
          allowedRoutes: { namespaces: { from: 'Same' } },
        },
      ],
    },
  },
  {
    apiVersion: gatewayApi,
    kind: 'HTTPRoute',
    metadata: { name: 'compare', namespace: 'default' },
    spec: {
      parentRefs: [{ name: API_GATEWAY }],
      rules: [
        {
          filters: [
            {
              type: 'RequestRedirect',
              requestRedirect: {
                hostname: 'elsewhere.test',
                statusCode: REDIRECT_STATUS,
              },
            },
          ],
        },
      ],
    },
  },
  {
    apiVersion: networking,
    kind: 'Gateway',
    metadata: { name: 'compare', namespace: 'ambient' },
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [
        { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] },
      ],
    },
  },
  {
    apiVersion: networking,
    kind: 'VirtualService',
    metadata: { name: 'compare', namespace: 'ambient' },
    spec: {
      hosts: ['*'],
      gateways: ['compare'],
      http: [
        {
          route: [
            { destination: { host: REPORTS_HOST, port: { number: 80 } } },
          ],
        },
      ],
    },
  },
  {
    // A connection that stays open would be served by the filters it was opened with.
    apiVersion: networking,
    kind: 'DestinationRule',
    metadata: { name: 'compare', namespace: 'ambient' },
    spec: {
      host: REPORTS_HOST,
      trafficPolicy: {
        connectionPool: { http: { maxRequestsPerConnection: 1 } },
      },
    },
  },
];

/** What the engine must know beside the policies. */
export function describeKnown({ state }: Lab): Manifest[] {
  const workloads = [INGRESS, GATEWAY_API_GATEWAY, WAYPOINT, REPORTS];
  const namespaces = ['istio-system', 'default', 'ambient'].map(name => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  const described = workloads.flatMap(
    each => describeWorkload(each, state.subnet, state.nodePorts).objects,
  );
  return [...namespaces, ...described, describeWaypoint(), ...ROUTES];
}
