import { HttpRouteSpec, L4RouteSpec } from '../../parse/specs';
import { sortRoutesByAge } from '../age';
import { aliasedBy } from '../aliases';
import { intersectHosts, isSubsetHost } from '../hosts';
import { stringList } from '../labels';
import type { Mesh, Stored } from '../Mesh';
import { pushTo } from '../../multimap';
import { perObject } from '../../queries/perObject';
import { Family, sameItems } from '../../queries/queries';
import { backendsOfRoute, destinationOf } from './backendRefs';
import { convertHttpRules } from './convertHttp';
import { ApiListener, ListenerParent, parseListenerKey } from './listeners';
import { listenersOfParent } from './listenerSets';
import { visitFields } from '../visitFields';
import {
  BackendRefSpec,
  GATEWAY_API_GROUP,
  ParentRefSpec,
  ROUTE_KINDS,
  RouteSpec,
} from './specs';

const GATEWAY_API_ROUTES_THERE = new Family();
const GATEWAY_API_ROUTES_TO = new Family();
const GATEWAY_API_BOUND = new Family();
const GATEWAY_API_ROUTES_OF = new Family();
const GATEWAY_API_BOUND_ROUTE = new Family();
const GATEWAY_API_ROUTES = new Family();

interface RouteIndex {
  /** By kind, namespace and name of a parent Gateway or ListenerSet. */
  byParent: Map<string, Stored[]>;
  /** By `namespace/name` of a Service among the backends, or a host. */
  byBackend: Map<string, Stored[]>;
}

const NO_ROUTES: readonly Stored[] = [];

/**
 * Routes with any reference to a destination, oldest first.
 *
 * @param destination - `namespace/name` of a Service, or the host of a ServiceEntry
 */
export function routesTo(mesh: Mesh, destination: string): readonly Stored[] {
  const some = mesh.queries.getOne(
    GATEWAY_API_ROUTES_THERE,
    () => index(mesh).byBackend.size > 0,
  );
  if (!some) return NO_ROUTES;
  return mesh.queries.get(
    GATEWAY_API_ROUTES_TO,
    destination,
    () => index(mesh).byBackend.get(destination) ?? [],
    sameItems,
  );
}

/** Those of them by a Gateway, or a ListenerSet of one. */
export function gatewayRoutesTo(mesh: Mesh, destination: string): Stored[] {
  return routesTo(mesh, destination).filter(route =>
    parentsOf(route).some(ref => kindOf(ref) !== undefined),
  );
}

/**
 * The routes that bind to a listener, each as a VirtualService of one host, in the order of age.
 *
 * @param key - of the listener's server
 */
export function boundRoutes(mesh: Mesh, key: string): readonly Stored[] {
  return mesh.queries.get(
    GATEWAY_API_BOUND,
    key,
    () => {
      const parent = parentKey(parseListenerKey(key));
      const routes = mesh.queries.get(
        GATEWAY_API_ROUTES_OF,
        parent,
        () => index(mesh).byParent.get(parent) ?? [],
        sameItems,
      );
      return routes.flatMap(route => bindRoute(mesh, route, key));
    },
    sameItems,
  );
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
  const hosts =
    kind === 'TCPRoute'
      ? ['*']
      : hostnamesOf(route).filter(host => isLeftTo(listener, host, siblings));
  return hosts.map(host => ({
    ...route,
    resource: {
      ...route.resource,
      spec: { hosts: [host], ...convert(mesh, route, host, listener) },
    },
  }));
}

function convert(
  mesh: Mesh,
  route: Stored,
  host: string,
  { spec: { hostname = '*' }, server }: ApiListener,
): {
  http?: readonly HttpRouteSpec[];
  tcp?: L4RouteSpec[];
  tls?: L4RouteSpec[];
} {
  if (route.errors.length > 0) return { http: [] };
  const { kind } = route.resource;
  const backends = backendsOfRoute(mesh, route);
  if (kind === 'HTTPRoute' || kind === 'GRPCRoute') {
    const rules = convertHttpRules(route, backends);
    return { http: rules === 'invalid' ? [] : rules };
  }
  const spec = (route.resource.spec ?? {}) as RouteSpec;
  const rules = (spec.rules ?? []).map(rule => ({
    route: (rule.backendRefs ?? []).flatMap(ref =>
      backends
        .destination(ref)
        .map(destination => ({ destination, weight: ref.weight ?? 1 })),
    ),
  }));
  if (kind === 'TCPRoute' || server.layer !== 'passthrough') {
    return { tcp: rules };
  }
  const name = intersectHosts(host.toLowerCase(), hostname.toLowerCase());
  const sniHosts = name === undefined ? [] : [name];
  return { tls: rules.map(rule => ({ ...rule, match: [{ sniHosts }] })) };
}

/** Whether a host of a route is not taken by a more specific listener of the port. */
function isLeftTo(
  { spec }: ApiListener,
  host: string,
  siblings: readonly ApiListener[],
): boolean {
  const own = spec.hostname ?? '';
  if (own !== '' && !own.startsWith('*')) return true;
  if (own !== '' && intersectHosts(host, own) === undefined) return false;
  return !siblings.some(({ spec: other }) => {
    const taken = other.hostname ?? '';
    return (
      other.port === spec.port &&
      other.protocol === spec.protocol &&
      taken !== own &&
      own.length <= taken.length &&
      isSubsetHost(host, taken)
    );
  });
}

export function parentsOf({ resource, errors }: Stored): ParentRefSpec[] {
  const { parentRefs } = (resource.spec ?? {}) as { parentRefs?: unknown };
  if (!Array.isArray(parentRefs)) return [];
  return errors.length === 0
    ? parentRefs
    : parentRefs.flatMap(item => readNamed<ParentRefSpec>(item));
}

/** A reference as far as it can be read; none without a name. A route that is malformed is told of at what it names. */
function readNamed<T extends { name: string }>(value: unknown): T[] {
  if (typeof (value as { name?: unknown } | null)?.name !== 'string') return [];
  const texts = Object.entries(value as object).filter(
    ([, item]) => typeof item === 'string',
  );
  return [Object.fromEntries(texts) as T];
}

function kindOf({
  group = GATEWAY_API_GROUP,
  kind = 'Gateway',
}: ParentRefSpec): ListenerParent['kind'] | undefined {
  return group === GATEWAY_API_GROUP &&
    (kind === 'Gateway' || kind === 'ListenerSet')
    ? kind
    : undefined;
}

/** The Gateway or ListenerSet that a route refers to; undefined for any other parent. */
export function listenerParentOf(
  route: Stored,
  ref: ParentRefSpec,
): ListenerParent | undefined {
  const kind = kindOf(ref);
  const namespace = ref.namespace || route.namespace;
  return kind && { kind, namespace, name: ref.name };
}

function parentKey({ kind, namespace, name }: ListenerParent): string {
  return `${kind}/${namespace}/${name}`;
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

/** What a route refers to; reads malformed ones as far as it can. */
const referencesOf = perObject(
  (stored: Stored): { parents: Set<string>; backends: Set<string> } => {
    const { namespace, resource } = stored;
    const parents = new Set(
      parentsOf(stored).flatMap(ref => {
        const parent = listenerParentOf(stored, ref);
        return parent ? [parentKey(parent)] : [];
      }),
    );
    const backends = new Set<string>();
    const { rules } = (resource.spec ?? {}) as { rules?: unknown };
    visitFields({ rules }, (_, item) => {
      for (const ref of readNamed<BackendRefSpec>(item)) {
        const key = destinationOf(ref, namespace);
        if (key !== undefined) backends.add(key);
      }
    });
    return { parents, backends };
  },
);

function index(mesh: Mesh): RouteIndex {
  return mesh.queries.getOne(GATEWAY_API_ROUTES, () => {
    const result: RouteIndex = { byParent: new Map(), byBackend: new Map() };
    const all = ROUTE_KINDS.flatMap(kind => mesh.all(kind));
    for (const stored of sortRoutesByAge(all)) {
      const { parents, backends } = referencesOf(stored);
      for (const key of parents) pushTo(result.byParent, key, stored);
      const meant = [...backends].flatMap(key => aliasedBy(mesh, key) ?? []);
      for (const key of new Set([...backends, ...meant])) {
        pushTo(result.byBackend, key, stored);
      }
    }
    return result;
  });
}
