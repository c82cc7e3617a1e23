import { ProxyRef, RouteGateway } from '../../model';
import {
  controllerOf,
  proxiesOfGateway,
} from '../../attach/gatewayApi/gateways';
import { listenersOf } from '../../attach/gatewayApi/listeners';
import {
  gatewayProxyOf,
  GatewayServer,
  gatewayWorkloads,
  serversOf,
  gatewaySelectorOf,
  isEveryAddress,
} from '../../attach/gateways';
import { allGateways } from '../../attach/ingress/ingressRoutes';
import { includesLabels } from '../../attach/labels';
import { GATEWAY_API_GATEWAY } from '../../attach/kindKeys';
import { Mesh } from '../../attach/Mesh';
import { Stored } from '../../attach/Stored';
import { GATEWAY_NAME_LABEL } from '../../attach/policies';
import { servingOf } from '../../attach/servedServers';
import {
  isRouter,
  proxyKey,
  workloadNamespaces,
  workloadsIn,
} from '../../attach/workloads';
import { ServicePortSpec, ServiceSpec } from '../../parse/specs';

/** A place for a route, with what is needed to build one. */
export interface RouteSite extends RouteGateway {
  proxies: readonly ProxyRef[];
  /** Labels by which an Istio Gateway selects the workload; of `workload` only. */
  selector?: Record<string, string>;
}

/** Every place at a gateway of the mesh where routes from a namespace may begin, by id. */
export function listRouteSites(mesh: Mesh, namespace: string): RouteSite[] {
  const sites = [
    ...mesh
      .all(GATEWAY_API_GATEWAY)
      .flatMap(stored => listListeners(mesh, stored, namespace)),
    ...mesh
      .all('Gateway')
      .flatMap(stored => listServers(mesh, stored, namespace)),
    ...listWorkloads(mesh),
  ];
  return sites.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * The gateways of a cluster by which a route to a Service of a namespace can be created. Listeners
 * that take no routes of that namespace, or no HTTPRoute, are left out.
 *
 * @public
 */
export function listRouteGateways(
  mesh: Mesh,
  namespace: string,
): RouteGateway[] {
  return listRouteSites(mesh, namespace).map(
    ({ proxies, selector, ...gateway }) => gateway,
  );
}

function listListeners(mesh: Mesh, stored: Stored, from: string): RouteSite[] {
  const { name, namespace = '' } = stored.resource.metadata;
  if (stored.errors.length > 0) return [];
  if (controllerOf(mesh, stored) !== 'gateway') return [];
  const proxies = proxiesOfGateway(mesh, stored, 'gateway');
  return listenersOf(mesh, namespace, name).flatMap(
    ({ spec, server, kinds, conflict }): RouteSite[] => {
      const hosts = hostsFor(server, from);
      const { layer } = server;
      return (layer === 'http' || layer === 'https') &&
        kinds.includes('HTTPRoute') &&
        conflict?.kind !== 'left-out' &&
        hosts.length > 0
        ? [
            {
              id: `api.${namespace}.${name}.${spec.name}`,
              by: 'gateway-api',
              namespace,
              name,
              listener: spec.name,
              port: server.port,
              protocol: layer,
              hosts,
              proxies,
              workloads: proxies.map(nameOfProxy),
            },
          ]
        : [];
    },
  );
}

function listServers(mesh: Mesh, stored: Stored, from: string): RouteSite[] {
  const { name, namespace = '' } = stored.resource.metadata;
  const proxies = uniqueProxies(
    gatewayWorkloads(mesh, stored).map(gatewayProxyOf),
  );
  if (proxies.length === 0) return [];
  return serversOf(stored).flatMap((server): RouteSite[] => {
    const { layer, port, index } = server;
    const hosts = hostsFor(server, from);
    const isServed = proxies.some(
      proxy => servingOf(mesh, proxy, server)?.listenPorts.length !== 0,
    );
    return (layer === 'http' || layer === 'https') &&
      !server.httpsRedirect &&
      isServed &&
      isEveryAddress(server.bind) &&
      hosts.length > 0
      ? [
          {
            id: `istio.${namespace}.${name}.${port}.${index}`,
            by: 'istio',
            namespace,
            name,
            port,
            protocol: layer,
            hosts,
            proxies,
            workloads: proxies.map(nameOfProxy),
          },
        ]
      : [];
  });
}

/** Gateways that people run themselves, by each plain HTTP port of a Service in front of them. */
function listWorkloads(mesh: Mesh): RouteSite[] {
  const routers = workloadNamespaces(mesh)
    .flatMap(namespace => workloadsIn(mesh, namespace))
    .filter(isRouter);
  // What a Gateway selects by name stands as a gateway, however its proxy is started.
  const selected = allGateways(mesh)
    .filter(stored => Object.keys(gatewaySelectorOf(stored)).length > 0)
    .flatMap(stored => gatewayWorkloads(mesh, stored));
  const proxies = uniqueProxies(
    [...routers, ...selected]
      .filter(({ labels }) => !(GATEWAY_NAME_LABEL in labels))
      .map(gatewayProxyOf),
  );
  const found = new Map<string, RouteSite>();
  for (const proxy of proxies) {
    for (const stored of mesh.inNamespace('Service', proxy.namespace)) {
      if (stored.errors.length > 0) continue;
      const { selector = {}, ports = [] } = (stored.resource.spec ??
        {}) as ServiceSpec;
      if (
        Object.keys(selector).length === 0 ||
        !includesLabels(proxy.labels, selector)
      ) {
        continue;
      }
      for (const { port } of ports.filter(isPlainHttp)) {
        const id = `workload.${proxy.namespace}.${proxy.name}.${port}`;
        if (found.has(id)) continue;
        found.set(id, {
          id,
          by: 'workload',
          namespace: proxy.namespace,
          name: proxy.name,
          port,
          protocol: 'http',
          hosts: ['*'],
          proxies: [proxy],
          workloads: [nameOfProxy(proxy)],
          selector,
        });
      }
    }
  }
  return [...found.values()];
}

function isPlainHttp({ port, name = '' }: ServicePortSpec): boolean {
  return port === 80 || port === 8080 || /^http2?(-|$)/.test(name);
}

/** Hosts that a server takes from routes of a namespace. */
function hostsFor({ hosts }: GatewayServer, from: string): string[] {
  return [
    ...new Set(
      hosts
        .filter(({ namespace }) => namespace === '*' || namespace === from)
        .map(({ host }) => host),
    ),
  ];
}

function uniqueProxies(proxies: readonly ProxyRef[]): ProxyRef[] {
  return [...new Map(proxies.map(each => [proxyKey(each), each])).values()];
}

function nameOfProxy({ namespace, name }: ProxyRef): string {
  return `${namespace}/${name}`;
}
