import { compareText } from '../../compareText';
import { HttpRouteSpec, L4RouteSpec } from '../../parse/specs';
import { compareConnectionRoutes, createdAt } from '../age';
import { intersectHosts, isSubsetHost } from '../hosts';
import { stringList } from '../labels';
import type { Mesh } from '../Mesh';
import type { Stored } from '../Stored';
import { isExported } from '../visibility';
import { Family, sameItems } from '../../queries/queries';
import { backendsOfRoute } from './backendRefs';
import { convertConnectionRules } from './convertConnections';
import { convertHttpRules } from './convertHttp';
import { isDropped } from './droppedRoutes';
import { ApiListener, parseListenerKey } from './listeners';
import { listenersOfParent } from './listenerSets';
import {
  listenerParentOf,
  parentKey,
  parentsOf,
  routesOfParent,
} from './routeIndex';
import { ParentRefSpec } from './specs';

const GATEWAY_API_BOUND = new Family();
const GATEWAY_API_BOUND_ROUTE = new Family();
const GATEWAY_API_SHOWN = new Family();

/**
 * The routes that bind to a listener, each as a VirtualService of one host. istiod merges those of one host, and takes
 * what it merged in the order of age: of the oldest route of each host, and of hosts as texts where it is the same.
 *
 * @param key - of the listener's server
 */
export function boundRoutes(mesh: Mesh, key: string): readonly Stored[] {
  return mesh.queries.get(
    GATEWAY_API_BOUND,
    key,
    () => {
      const routes = routesOfParent(mesh, parseListenerKey(key));
      return inOrderOfHosts(
        routes.flatMap(route => bindRoute(mesh, route, key)),
      );
    },
    sameItems,
  );
}

/**
 * The same as a proxy of a namespace has them: those that the mesh config shows it, first those of its own namespace,
 * each part in the same order (Istio's VirtualServicesForGateway). What istiod merged is of the namespace of the oldest.
 */
export function boundRoutesFor(
  mesh: Mesh,
  key: string,
  viewer: string,
): readonly Stored[] {
  const places = new Map<string, string>();
  const placeOf = (stored: Stored) => {
    if (!isMerged(stored)) return stored.namespace;
    const host = hostOf(stored);
    const place = places.get(host) ?? stored.namespace;
    places.set(host, place);
    return place;
  };
  const own: Stored[] = [];
  const foreign: Stored[] = [];
  const bound = boundRoutes(mesh, key);
  for (const stored of bound) {
    const place = placeOf(stored);
    if (!isRouteShown(mesh, place, viewer)) continue;
    (place === viewer ? own : foreign).push(stored);
  }
  if (own.length === bound.length || foreign.length === bound.length) {
    return bound;
  }
  return [...own, ...foreign];
}

/** Whether proxies of a namespace have what a route became at a listener, if it does not shadow another's. */
export function hasBoundRoute(
  mesh: Mesh,
  stored: Stored,
  key: string,
  viewer: string,
): boolean {
  if (exportsToAll(mesh)) return true;
  const shown = mesh.queries.get(
    GATEWAY_API_SHOWN,
    `${viewer}/${key}`,
    () => new Set(boundRoutesFor(mesh, key, viewer)),
  );
  return shown.has(stored);
}

/** Routes of the Gateway API cannot say who sees them: the mesh config alone does. */
function isRouteShown(mesh: Mesh, namespace: string, viewer: string): boolean {
  const { VirtualService: exportTo } = mesh.config.defaultExportTo;
  return isExported(exportTo, namespace, viewer);
}

function exportsToAll(mesh: Mesh): boolean {
  return mesh.config.defaultExportTo.VirtualService.includes('*');
}

/** @param bound - the oldest first */
function inOrderOfHosts(bound: readonly Stored[]): readonly Stored[] {
  const ages = new Map<string, string>();
  for (const stored of bound) {
    // Each of these is a VirtualService of its own.
    if (!isMerged(stored)) return [...bound].sort(compareConnectionRoutes);
    const host = hostOf(stored);
    if (!ages.has(host)) ages.set(host, createdAt(stored));
  }
  if (ages.size < 2) return bound;
  const ageOf = (host: string) => ages.get(host) ?? '';
  return [...bound].sort((a, b) => {
    const [one, other] = [a, b].map(hostOf);
    return compareText(ageOf(one), ageOf(other)) || compareText(one, other);
  });
}

function isMerged({ resource: { kind } }: Stored): boolean {
  return kind === 'HTTPRoute' || kind === 'GRPCRoute';
}

function hostOf({ resource }: Stored): string {
  const { hosts } = resource.spec as { hosts: readonly string[] };
  return hosts[0];
}

/**
 * One route as it binds to a listener; empty where it does not. Kept per route, so that a change of
 * one route leaves what others became.
 */
export function bindRoute(
  mesh: Mesh,
  { namespace, name, resource: { kind } }: Stored,
  key: string,
): readonly Stored[] {
  return mesh.queries.get(
    GATEWAY_API_BOUND_ROUTE,
    `${key}/${kind}/${namespace}/${name}`,
    () => {
      const route = mesh.stored(kind, namespace, name);
      const wanted = parseListenerKey(key);
      const listeners = listenersOfParent(mesh, wanted);
      const listener = listeners.find(
        ({ spec }) => spec.name === wanted.listener,
      );
      return route && listener ? bind(mesh, route, listener, listeners) : [];
    },
  );
}

function bind(
  mesh: Mesh,
  route: Stored,
  listener: ApiListener,
  siblings: readonly ApiListener[],
): Stored[] {
  const { kind } = route.resource;
  if (!listener.kinds.includes(kind)) return [];
  if (!parentsOf(route).some(ref => namesListener(route, ref, listener))) {
    return [];
  }
  return hostsAt(route, listener, siblings).map(host => ({
    ...route,
    resource: {
      ...route.resource,
      spec: { hosts: [host], ...convert(mesh, route, listener) },
    },
  }));
}

/** The hosts of a route that it has at a listener. */
function hostsAt(
  route: Stored,
  listener: ApiListener,
  siblings: readonly ApiListener[],
): string[] {
  switch (route.resource.kind) {
    case 'TCPRoute':
      return ['*'];
    case 'TLSRoute':
      // Other listeners take nothing of it (TLSRouteCollection).
      return commonHosts(listener, hostnamesOf(route));
    default:
      return hostnamesOf(route).filter(host =>
        isLeftTo(listener, host, siblings),
      );
  }
}

function commonHosts(
  { spec: { hostname } }: ApiListener,
  hosts: readonly string[],
): string[] {
  const own = (hostname || '*').toLowerCase();
  const common = hosts.flatMap(
    host => intersectHosts(host.toLowerCase(), own) ?? [],
  );
  return [...new Set(common)];
}

function convert(
  mesh: Mesh,
  route: Stored,
  listener: ApiListener,
): {
  http?: readonly HttpRouteSpec[];
  tcp?: L4RouteSpec[];
  tls?: L4RouteSpec[];
} {
  if (route.errors.length > 0 || isDropped(mesh, route)) return { http: [] };
  const { kind } = route.resource;
  const backends = backendsOfRoute(mesh, route);
  if (kind === 'HTTPRoute' || kind === 'GRPCRoute') {
    const rules = convertHttpRules(route, backends);
    return { http: rules === 'invalid' ? [] : rules };
  }
  const rules = convertConnectionRules(route, backends);
  if (kind === 'TCPRoute' || listener.server.layer !== 'passthrough') {
    return { tcp: rules };
  }
  // Each has all names of the route, whichever host it stands for.
  const sniHosts = commonHosts(listener, hostnamesOf(route));
  return { tls: rules.map(rule => ({ ...rule, match: [{ sniHosts }] })) };
}

/** Whether a host of an HTTPRoute or GRPCRoute is not taken by a more specific listener of the port. */
function isLeftTo(
  { spec }: ApiListener,
  host: string,
  siblings: readonly ApiListener[],
): boolean {
  const own = spec.hostname ?? '';
  if (own !== '' && !own.startsWith('*')) return true;
  if (own !== '' && intersectHosts(host, own) === undefined) return false;
  return !siblings.some(({ spec: other, conflict }) => {
    const taken = other.hostname ?? '';
    return (
      conflict?.kind !== 'left-out' &&
      other.port === spec.port &&
      other.protocol === spec.protocol &&
      taken !== own &&
      own.length <= taken.length &&
      isSubsetHost(host, taken)
    );
  });
}

function namesListener(
  route: Stored,
  ref: ParentRefSpec,
  { spec, parent }: ApiListener,
): boolean {
  const named = listenerParentOf(route, ref);
  return (
    named !== undefined &&
    parentKey(named) === parentKey(parent) &&
    (!ref.sectionName || ref.sectionName === spec.name) &&
    (!ref.port || ref.port === spec.port)
  );
}

function hostnamesOf({ resource }: Stored): string[] {
  const { hostnames } = (resource.spec ?? {}) as { hostnames?: unknown };
  const names = stringList(hostnames);
  return names.length > 0 ? names : ['*'];
}
