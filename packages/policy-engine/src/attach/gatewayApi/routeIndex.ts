import { sortRoutesByAge } from '../age';
import { aliasedBy } from '../aliases';
import type { Mesh } from '../Mesh';
import type { Stored } from '../Stored';
import { pushTo } from '../../multimap';
import { perObject } from '../../queries/perObject';
import { Family, sameItems } from '../../queries/queries';
import { destinationOf } from './backendRefs';
import { ListenerParent } from './listeners';
import { visitFields } from '../visitFields';
import {
  BackendRefSpec,
  GATEWAY_API_GROUP,
  ParentRefSpec,
  ROUTE_KINDS,
} from './specs';

const GATEWAY_API_ROUTES_THERE = new Family();
const GATEWAY_API_ROUTES_TO = new Family();
const GATEWAY_API_ROUTES_OF = new Family();
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

/** Routes that refer to a Gateway or ListenerSet, oldest first. */
export function routesOfParent(
  mesh: Mesh,
  parent: ListenerParent,
): readonly Stored[] {
  const key = parentKey(parent);
  return mesh.queries.get(
    GATEWAY_API_ROUTES_OF,
    key,
    () => index(mesh).byParent.get(key) ?? NO_ROUTES,
    sameItems,
  );
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

export function parentKey({ kind, namespace, name }: ListenerParent): string {
  return `${kind}/${namespace}/${name}`;
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
