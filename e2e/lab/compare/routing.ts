/** Ways in which the compared mesh's gateway is told where requests go: by Istio's own API, or the Gateway API. */
import type { Manifest } from '../kube.ts';
import { NAMESPACE } from './meshTopology.ts';

export interface Routing {
  /** What has the gateway listen. */
  listener: Manifest;
  /** Kind of the routes. */
  kind: string;
  /** The one route to the server, where none is drawn. */
  plain: Manifest;
  /** Drawn routes as they are applied, in the end with a mark of their generation. */
  mark(routes: Manifest[], generation: string): Manifest[];
  /** What Envoy's dump of its routes then holds. */
  markOf(generation: string): string;
}

/** A share of the server's. */
export const TO_SERVER = {
  destination: {
    host: 'server.compare.svc.cluster.local',
    port: { number: 80 },
  },
};

/** What the gateway does with requests; all end at the server. */
export const describeRoutes = (http: Record<string, unknown>[]): Manifest => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'server', namespace: NAMESPACE },
  spec: { hosts: ['*'], gateways: ['gateway'], http },
});

/** One VirtualService, whose routes have the generation for their name. */
export const VIRTUAL_SERVICES: Routing = {
  listener: {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'gateway', namespace: NAMESPACE },
    spec: {
      selector: { istio: 'compare-gateway' },
      servers: [
        { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] },
      ],
    },
  },
  kind: 'VirtualService',
  plain: describeRoutes([{ route: [TO_SERVER] }]),
  mark: (routes, generation) =>
    routes.map(({ spec }) =>
      describeRoutes(
        spec.http.map((each: object) => ({ ...each, name: generation })),
      ),
    ),
  markOf: generation => `"name": "${generation}"`,
};

const GATEWAY_API = 'gateway.networking.k8s.io/v1';

export const describeRoute = (name: string, spec: object): Manifest => ({
  apiVersion: GATEWAY_API,
  kind: 'HTTPRoute',
  metadata: { name, namespace: NAMESPACE },
  spec: { parentRefs: [{ name: 'api' }], ...spec },
});

export const BACKEND_REF = { name: 'server', port: 80 };

/** HTTPRoutes, and one more for the mark. */
export const HTTP_ROUTES: Routing = {
  listener: {
    apiVersion: GATEWAY_API,
    kind: 'Gateway',
    metadata: { name: 'api', namespace: NAMESPACE },
    spec: {
      gatewayClassName: 'istio',
      // The proxy that is there, and none that istiod would deploy.
      addresses: [
        { type: 'Hostname', value: `gateway.${NAMESPACE}.svc.cluster.local` },
      ],
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
    },
  },
  kind: 'HTTPRoute',
  plain: describeRoute('server', { rules: [{ backendRefs: [BACKEND_REF] }] }),
  mark: (routes, generation) => [
    ...routes,
    describeRoute(`marker-${generation}`, {
      hostnames: [`${generation}.marker.test`],
      rules: [{ backendRefs: [BACKEND_REF] }],
    }),
  ],
  markOf: generation => `"${generation}.marker.test"`,
};
