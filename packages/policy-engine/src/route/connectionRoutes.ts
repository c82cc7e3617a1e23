import { nameOf, refOf } from '../parse';
import type { ProxyRef } from '../model';
import { connectionName, createdAt } from '../attach/age';
import type { GatewayServer } from '../attach/gateways';
import { isListenerKey } from '../attach/gatewayApi/listeners';
import { ConnectionRoute, connectionRoutesIn } from '../attach/leads';
import type { Mesh } from '../attach/Mesh';
import { proxyKey } from '../attach/proxies';
import { serverKey, serversOfProxy } from '../attach/servedServers';
import { isSameObject } from '../attach/Stored';
import {
  servedHosts,
  specOf,
  virtualServicesFor,
} from '../attach/virtualServices';
import { istiodsMayLack } from '../attach/istiodVersions';
import { stringList } from '../attach/labels';
import { pushTo } from '../multimap';
import { Family, sameItems } from '../queries/queries';
import { isOrderUnknown } from './unknownOrder';

const PORT_ROUTES = new Family();
const BINDING_ROUTES = new Family({ isBrief: true });

/** The istiods that hold a TLSRoute to its listener's hostname (istio/istio#59604). */
const HOLD_NAMES = ['1.27.9', '1.28.6', '1.29.2'];

/** What istiod makes for a listening port of a gateway where it does not read HTTP. */
interface PortRoutes {
  readonly all: readonly ConnectionRoute[];
  readonly byBinding: ReadonlyMap<string, readonly ConnectionRoute[]>;
}

/** The routes of connections that istiod makes for a listening port of a gateway. */
export function connectionRoutesOf(
  mesh: Mesh,
  proxy: ProxyRef,
  listenPort: number,
): readonly ConnectionRoute[] {
  return portRoutesOf(mesh, proxy, listenPort).all;
}

/** Those of one VirtualService, or route of the Gateway API for one host, by one server. */
export function connectionRoutesBy(
  mesh: Mesh,
  proxy: ProxyRef,
  listenPort: number,
  binding: Pick<ConnectionRoute, 'stored' | 'server'>,
): readonly ConnectionRoute[] {
  const key = bindingKey(binding);
  return mesh.queries.get(
    BINDING_ROUTES,
    `${proxyKey(proxy)}/${listenPort}/${key}`,
    () => portRoutesOf(mesh, proxy, listenPort).byBinding.get(key) ?? [],
    areSame,
  );
}

/**
 * By a server of TCP all goes to the first route that holds there; by one that passes TLS on, a match is left out as a
 * whole where an earlier one of the port and address has any of its names, as Envoy takes no name twice
 * (buildGatewayNetworkFiltersFromTCPRoutes, buildGatewayNetworkFiltersFromTLSRoutes).
 */
function portRoutesOf(
  mesh: Mesh,
  proxy: ProxyRef,
  listenPort: number,
): PortRoutes {
  return mesh.queries.get(
    PORT_ROUTES,
    `${proxyKey(proxy)}/${listenPort}`,
    () => {
      const byName = new Map<string, ConnectionRoute>();
      const all = serversOfProxy(mesh, proxy)
        .filter(({ listenPorts }) => listenPorts.includes(listenPort))
        .flatMap(({ server }) => {
          const routes = routesAt(mesh, proxy, server);
          return server.layer === 'passthrough'
            ? firstOfEachName(mesh, routes, byName)
            : firstOfAll(mesh, routes);
        });
      const byBinding = new Map<string, ConnectionRoute[]>();
      for (const route of [...all, ...routesBeyond(mesh, all)]) {
        pushTo(byBinding, bindingKey(route), route);
      }
      return { all, byBinding };
    },
  );
}

function bindingKey({
  stored,
  server,
}: Pick<ConnectionRoute, 'stored' | 'server'>): string {
  const { kind } = stored.resource;
  const hosts = stringList(specOf(stored).hosts).join();
  return `${serverKey(server)} ${kind}/${stored.namespace}/${
    stored.name
  } ${hosts}`;
}

function areSame(
  a: readonly ConnectionRoute[],
  b: readonly ConnectionRoute[],
): boolean {
  const parts = (routes: readonly ConnectionRoute[]) =>
    routes.flatMap<unknown>(each => [
      each.stored,
      each.server,
      each.route,
      each.match,
      each.doubt,
    ]);
  return sameItems(parts(a), parts(b));
}

/**
 * By names of TLSRoutes that their listeners do not have connections come in all the same where an istiod does not
 * hold them to those, or nobody knows that it does. They take nothing from other routes here.
 */
function routesBeyond(
  mesh: Mesh,
  made: readonly ConnectionRoute[],
): ConnectionRoute[] {
  const ofTls = made.filter(
    ({ stored, server }) =>
      stored.resource.kind === 'TLSRoute' && server.layer === 'passthrough',
  );
  if (ofTls.length === 0 || !istiodsMayLack(mesh, HOLD_NAMES)) return [];
  const keyOf = ({ stored }: ConnectionRoute) =>
    `${stored.namespace}/${stored.name}`;
  // By whichever listeners of the port.
  const held = new Set(
    ofTls.flatMap(route =>
      (route.match.sniHosts ?? []).map(host => `${keyOf(route)} ${host}`),
    ),
  );
  return ofTls.flatMap(route => {
    const { namespace, name } = route.stored;
    const { spec } = mesh.stored('TLSRoute', namespace, name)?.resource ?? {};
    const { hostnames } = (spec ?? {}) as { hostnames?: unknown };
    const sniHosts = stringList(hostnames)
      .map(each => each.toLowerCase())
      .filter(each => !held.has(`${keyOf(route)} ${each}`));
    return sniHosts.length > 0 ? [{ ...route, match: { sniHosts } }] : [];
  });
}

function routesAt(
  mesh: Mesh,
  proxy: ProxyRef,
  server: GatewayServer,
): ConnectionRoute[] {
  const { layer, key } = server;
  if (layer !== 'passthrough' && layer !== 'tcp' && layer !== 'tls') return [];
  return virtualServicesFor(mesh, key, proxy.namespace)
    .filter(
      stored =>
        // What cannot be read takes nothing away from others.
        stored.errors.length === 0 &&
        servedHosts(stored, server, proxy.namespace).length > 0,
    )
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
  // Of those of the Gateway API with one age and name Istio goes by a number, which is not followed.
  const isTie =
    isListenerKey(route.server.key) &&
    createdAt(route.stored) === createdAt(earlier.stored) &&
    connectionName(route.stored) === connectionName(earlier.stored);
  return isTie || isOrderUnknown(mesh, [route, earlier]);
}

function describeRivals(a: ConnectionRoute, b: ConnectionRoute): string {
  const [one, other] = [a, b].map(({ stored }) =>
    nameOf(refOf(stored.resource)),
  );
  return `istiod makes the route of one of ${one} and ${other}, the older one, and which that is is not known`;
}
