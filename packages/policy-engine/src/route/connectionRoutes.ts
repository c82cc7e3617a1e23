import { nameOf, refOf } from '../parse';
import type { ProxyRef } from '../model';
import { createdAt } from '../attach/age';
import type { GatewayServer } from '../attach/gateways';
import { isListenerKey } from '../attach/gatewayApi/listeners';
import { ConnectionRoute, connectionRoutesIn } from '../attach/leads';
import type { Mesh } from '../attach/Mesh';
import { proxyKey } from '../attach/proxies';
import { serversOfProxy } from '../attach/servedServers';
import { isSameObject } from '../attach/Stored';
import { servedHosts, virtualServicesFor } from '../attach/virtualServices';
import { Family } from '../queries/queries';
import { isOrderUnknown } from './unknownOrder';

const CONNECTION_ROUTES = new Family();

/**
 * The routes that istiod makes for a listening port of a gateway where it does not read HTTP. By a server of TCP all
 * goes to the first that holds there; by one that passes TLS on, a match is left out as a whole where an earlier one
 * of the port and address has any of its names, as Envoy takes no name twice (buildGatewayNetworkFiltersFromTCPRoutes,
 * buildGatewayNetworkFiltersFromTLSRoutes).
 */
export function connectionRoutesOf(
  mesh: Mesh,
  proxy: ProxyRef,
  listenPort: number,
): readonly ConnectionRoute[] {
  return mesh.queries.get(
    CONNECTION_ROUTES,
    `${proxyKey(proxy)}/${listenPort}`,
    () => {
      const byName = new Map<string, ConnectionRoute>();
      return serversOfProxy(mesh, proxy)
        .filter(({ listenPorts }) => listenPorts.includes(listenPort))
        .flatMap(({ server }) => {
          const routes = routesAt(mesh, proxy, server);
          return server.layer === 'passthrough'
            ? firstOfEachName(mesh, routes, byName)
            : firstOfAll(mesh, routes);
        });
    },
  );
}

function routesAt(
  mesh: Mesh,
  proxy: ProxyRef,
  server: GatewayServer,
): ConnectionRoute[] {
  const { layer, key } = server;
  if (layer !== 'passthrough' && layer !== 'tcp' && layer !== 'tls') return [];
  return virtualServicesFor(mesh, key, proxy.namespace)
    .filter(stored => servedHosts(stored, server, proxy.namespace).length > 0)
    .flatMap(stored => connectionRoutesIn(stored, server));
}

function firstOfAll(mesh: Mesh, routes: ConnectionRoute[]): ConnectionRoute[] {
  const [first, ...others] = routes;
  if (!first) return [];
  const rivals = others.filter(other => mayComeFirst(mesh, other, first));
  return [first, ...rivals].map(route =>
    rivals.length > 0
      ? { ...route, doubt: describeRivals(first, rivals[0]) }
      : route,
  );
}

/** @param byName - of the port, by address and name; it grows */
function firstOfEachName(
  mesh: Mesh,
  routes: readonly ConnectionRoute[],
  byName: Map<string, ConnectionRoute>,
): ConnectionRoute[] {
  const made: ConnectionRoute[] = [];
  for (const route of routes) {
    const names = (route.match.sniHosts ?? []).map(
      name => `${route.server.bind} ${name}`,
    );
    const earlier = names.flatMap(name => byName.get(name) ?? []);
    if (earlier.length === 0) {
      const own = { ...route };
      for (const name of names) byName.set(name, own);
      made.push(own);
      continue;
    }
    if (!earlier.some(other => mayComeFirst(mesh, route, other))) continue;
    const doubt = describeRivals(earlier[0], route);
    for (const other of earlier) other.doubt = doubt;
    made.push({ ...route, doubt });
  }
  return made;
}

/** Whether nobody knows that a route comes after an earlier one. */
function mayComeFirst(
  mesh: Mesh,
  route: ConnectionRoute,
  earlier: ConnectionRoute,
): boolean {
  if (isSameObject(route.stored, earlier.stored)) return false;
  // What Istio calls those of the Gateway API, by which it goes where they are of one age, is not followed.
  const isTie =
    isListenerKey(route.server.key) &&
    createdAt(route.stored) === createdAt(earlier.stored);
  return isTie || isOrderUnknown(mesh, [route, earlier]);
}

function describeRivals(a: ConnectionRoute, b: ConnectionRoute): string {
  const [one, other] = [a, b].map(({ stored }) =>
    nameOf(refOf(stored.resource)),
  );
  return `istiod makes the route of one of ${one} and ${other}, the older one, and which that is is not known`;
}
