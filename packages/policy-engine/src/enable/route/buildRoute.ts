import { EnablementRequest, Resource, RouteRequest } from '../../model';
import { RouteSite } from './listRouteGateways';

const GATEWAY_API = 'gateway.networking.k8s.io';
const NETWORKING = 'networking.istio.io/v1';

/** The objects of a route, in the order of writing. */
export function buildRoute(
  site: RouteSite,
  request: EnablementRequest,
  route: RouteRequest,
): Resource[] {
  if (site.by === 'gateway-api') return [buildHttpRoute(site, request, route)];
  if (site.by === 'istio') {
    const { namespace, name } = site;
    return [buildVirtualService(`${namespace}/${name}`, request, route)];
  }
  const gateway = buildGateway(site, request, route);
  return [
    gateway,
    buildVirtualService(
      `${site.namespace}/${gateway.metadata.name}`,
      request,
      route,
    ),
  ];
}

/** With all that the API server would fill in, so that it stands there as it was written. */
function buildHttpRoute(
  { namespace, name, listener }: RouteSite,
  { service, naming }: EnablementRequest,
  { host, port }: RouteRequest,
): Resource {
  return {
    apiVersion: `${GATEWAY_API}/v1`,
    kind: 'HTTPRoute',
    metadata: { ...naming, namespace: service.namespace },
    spec: {
      parentRefs: [
        {
          group: GATEWAY_API,
          kind: 'Gateway',
          namespace,
          name,
          sectionName: listener,
        },
      ],
      hostnames: [host],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [
            { group: '', kind: 'Service', name: service.name, port, weight: 1 },
          ],
        },
      ],
    },
  };
}

function buildVirtualService(
  gateway: string,
  { service, naming }: EnablementRequest,
  { host, port }: RouteRequest,
): Resource {
  const { namespace, name } = service;
  return {
    apiVersion: NETWORKING,
    kind: 'VirtualService',
    metadata: { ...naming, namespace },
    spec: {
      hosts: [host],
      gateways: [gateway],
      http: [
        {
          route: [
            {
              destination: {
                host: `${name}.${namespace}.svc.cluster.local`,
                port: { number: port },
              },
            },
          ],
        },
      ],
    },
  };
}

/** Takes the host from routes of the service's namespace alone. */
function buildGateway(
  site: RouteSite,
  { service, naming }: EnablementRequest,
  { host }: RouteRequest,
): Resource {
  return {
    apiVersion: NETWORKING,
    kind: 'Gateway',
    metadata: { ...naming, namespace: site.namespace },
    spec: {
      selector: site.selector,
      servers: [
        {
          port: { number: site.port, name: 'http', protocol: 'HTTP' },
          hosts: [`${service.namespace}/${host}`],
        },
      ],
    },
  };
}
