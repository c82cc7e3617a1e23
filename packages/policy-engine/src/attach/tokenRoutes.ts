import { compileProxy } from '../compile/compileProxy';
import { TokenPlaces } from '../compile/program';
import { nameOf, refOf } from '../parse';
import { HttpRouteSpec } from '../parse/specs';
import { perObject } from '../queries/perObject';
import { parentsOf, routesTo } from './gatewayApi/routeIndex';
import { HeaderFilterSpec, RouteFilterSpec } from './gatewayApi/specs';
import { stringList } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import type { Tail } from './tails';
import { unresolvedMeshWayIn } from './unresolved';
import {
  destinationsOf,
  mirrorsOf,
  specOf,
  virtualServicesTo,
} from './virtualServices';
import { visitFields } from './visitFields';
import type { ResolvedWayIn } from './waysIn';

/** What routes put into requests, of all that tokens are looked for in. */
interface Written {
  /** Names of headers in lower case. */
  headers: readonly string[];
  /** A query, by a path that takes the place of the client's. */
  query: boolean;
}

const writtenBy = perObject((stored: Stored): Written => {
  if (stored.resource.kind === 'VirtualService') {
    return writtenByRules(specOf(stored).http ?? []);
  }
  const headers = new Set<string>();
  let query = false;
  visitFields(stored.resource.spec, (key, item) => {
    if (key === 'requestHeaderModifier') {
      for (const name of namesIn(item)) headers.add(name.toLowerCase());
    }
    if (key !== 'urlRewrite') return;
    const { path } = (item ?? {}) as NonNullable<RouteFilterSpec['urlRewrite']>;
    query ||=
      hasQuery(path?.replaceFullPath) || hasQuery(path?.replacePrefixMatch);
  });
  return { headers: [...headers], query };
});

/**
 * Ways by routes inside the mesh that write where the proxy before the Pods looks for tokens: a caller's sidecar
 * gives the token then, whoever calls. Whether it is a valid one is not told, so they are unknown.
 */
export function tokenRouteWaysIn(
  mesh: Mesh,
  service: Stored,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  const key = `${service.namespace}/${service.name}`;
  const routes = [
    ...virtualServicesTo(mesh, key).filter(isForMesh),
    ...routesTo(mesh, key).filter(isForService),
  ].filter(route => writes(writtenBy(route)));
  if (routes.length === 0) return [];
  const places = tails.flatMap(({ own }) =>
    own.map(({ proxy }) => compileProxy(mesh, proxy).tokenPlaces),
  );
  return routes.flatMap(stored => {
    const isPlace = (written: Written) => findPlace(written, places);
    const where = isPlace(writtenBy(stored)) && isPlace(writtenTo(stored, key));
    if (where === undefined) return [];
    const route = refOf(stored.resource);
    return [
      unresolvedMeshWayIn(
        service,
        route,
        tails,
        'mesh.token',
        `${nameOf(
          route,
        )} has callers' sidecars write ${where}, where a token is looked for`,
      ),
    ];
  });
}

function isForMesh(stored: Stored): boolean {
  const gateways = stringList(specOf(stored).gateways);
  return (
    stored.errors.length === 0 &&
    (gateways.length === 0 || gateways.includes('mesh'))
  );
}

function isForService(stored: Stored): boolean {
  return parentsOf(stored).some(
    ({ kind }) => kind === 'Service' || kind === 'ServiceEntry',
  );
}

function writes({ headers, query }: Written): boolean {
  return query || headers.length > 0;
}

/** By the rules alone that lead to a Service, as far as rules are told apart. */
function writtenTo(stored: Stored, service: string): Written {
  if (stored.resource.kind !== 'VirtualService') return writtenBy(stored);
  const rules = (specOf(stored).http ?? []).filter(rule =>
    [...destinationsOf(stored, rule.route), ...mirrorsOf(stored, rule)].some(
      ({ namespace, name }) => `${namespace}/${name}` === service,
    ),
  );
  return writtenByRules(rules);
}

function writtenByRules(rules: readonly HttpRouteSpec[]): Written {
  const headers = rules.flatMap(headersOf).map(name => name.toLowerCase());
  const query = rules.some(
    ({ rewrite }) =>
      hasQuery(rewrite?.uri) || hasQuery(rewrite?.uriRegexRewrite?.rewrite),
  );
  return { headers: [...new Set(headers)], query };
}

function headersOf({ headers, route = [] }: HttpRouteSpec): string[] {
  return [headers, ...route.map(share => share.headers)].flatMap(operations =>
    Object.keys({ ...operations?.request?.set, ...operations?.request?.add }),
  );
}

function namesIn(filter: unknown): string[] {
  const { set, add } = (filter ?? {}) as HeaderFilterSpec;
  const lists: unknown[] = [set, add];
  return lists.flatMap(list =>
    stringList(
      Array.isArray(list)
        ? list.map(item => (item as { name?: unknown } | null)?.name)
        : [],
    ),
  );
}

function hasQuery(path: unknown): boolean {
  return typeof path === 'string' && path.includes('?');
}

function findPlace(
  { headers, query }: Written,
  places: readonly TokenPlaces[],
): string | undefined {
  const header = headers.find(name =>
    places.some(place => place.headers.includes(name)),
  );
  if (header !== undefined) return `header ${header}`;
  return query && places.some(place => place.query) ? 'a query' : undefined;
}
