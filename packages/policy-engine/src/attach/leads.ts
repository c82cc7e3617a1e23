import { WayIn } from '../model';
import { HttpMatchSpec, L4RouteSpec } from '../parse/specs';
import { type GatewayServer, namesOfServer } from './gateways';
import { resolveGatewayName } from './hosts';
import type { Stored } from './Stored';
import {
  destinationsOf,
  mirrorsOf,
  servedHosts,
  specOf,
} from './virtualServices';

type Service = { namespace: string; name: string };

/** A host and the part of it that leads to one port of the Service. */
export interface Lead {
  host: string;
  protocol: WayIn['protocol'];
  /** Undefined where the destination names none. */
  port: number | undefined;
  paths: string[];
  /** Why nobody can tell whether it leads there. */
  doubt?: string;
}

/**
 * What of a VirtualService leads from a Gateway's server to a Service.
 *
 * @param routing - the server of the Gateway for whose port the routes are made, if it is another one
 */
export function leadsOf(
  stored: Stored,
  server: GatewayServer,
  proxyNamespace: string,
  service: Service,
  routing = server,
): Lead[] {
  const hosts = servedHosts(stored, server, proxyNamespace);
  if (server.layer === 'http' || server.layer === 'https') {
    return httpLeads(stored, server, hosts, service, routing);
  }
  if (hosts.length === 0) return [];
  return connectionRoutesIn(stored, server).flatMap(({ route, match }) =>
    connectionLeads({ stored, server, route, match }, hosts, service),
  );
}

/** One lead per host and port, with the path patterns of all routes that lead there. */
function httpLeads(
  stored: Stored,
  server: GatewayServer,
  hosts: string[],
  service: Service,
  routing: GatewayServer,
): Lead[] {
  // Of each port; without a pattern where a route has every path.
  const paths = new Map<number | undefined, Set<string | undefined>>();
  for (const route of specOf(stored).http ?? []) {
    const targets = destinationsOf(stored, route.route).filter(
      target => target.weight > 0 && isService(target, service),
    );
    for (const mirror of mirrorsOf(stored, route)) {
      if (isService(mirror, service)) targets.push(mirror);
    }
    const patterns = boundMatches(route.match, stored, routing).map(
      pathPattern,
    );
    const isAnswered = route.redirect || route.directResponse;
    if (isAnswered || patterns.length === 0) continue;
    for (const { port } of targets) {
      paths.set(port, new Set([...(paths.get(port) ?? []), ...patterns]));
    }
  }
  return hosts.flatMap(host =>
    [...paths].map(
      ([port, found]): Lead => ({
        host,
        protocol: server.layer === 'https' ? 'https' : 'http',
        port,
        paths: listPaths(found),
      }),
    ),
  );
}

/** Empty for every path. */
function listPaths(patterns: ReadonlySet<string | undefined>): string[] {
  const named = [...patterns].filter(pattern => pattern !== undefined);
  return named.length === patterns.size ? named : [];
}

/** A route of connections without HTTP, with one of the matches that hold at a server. */
export interface ConnectionRoute {
  stored: Stored;
  server: GatewayServer;
  route: L4RouteSpec;
  match: Partial<NonNullable<L4RouteSpec['match']>[number]>;
  /** Why nobody can tell whether istiod makes it. */
  doubt?: string;
}

/** Routes of a VirtualService with destinations that hold at a server; which istiod makes is another matter. */
export function connectionRoutesIn(
  stored: Stored,
  server: GatewayServer,
): ConnectionRoute[] {
  const { tcp, tls } = specOf(stored);
  const routes = (server.layer === 'passthrough' ? tls : tcp) ?? [];
  return routes
    .filter(({ route }) => route?.length)
    .flatMap(route =>
      boundMatches(route.match, stored, server).map(
        (match): ConnectionRoute => ({ stored, server, route, match }),
      ),
    );
}

/** Names of the handshake by which a route that passes TLS on is taken. Beside `*` no other is one. */
export function namesOfRoute({
  sniHosts = [],
}: ConnectionRoute['match']): readonly string[] {
  return sniHosts.includes('*') ? ['*'] : sniHosts;
}

/** Names of the handshake by which clients come to a route. Where the server ends TLS, its own. */
function namesAt(
  server: GatewayServer,
  match: ConnectionRoute['match'],
  hosts: readonly string[],
): readonly string[] {
  switch (server.layer) {
    case 'passthrough':
      return namesOfRoute(match);
    case 'tls':
      return namesOfServer(server);
    default:
      return hosts;
  }
}

/**
 * Where connections by a route come to.
 *
 * @param hosts - for which the server has the VirtualService, by which those of TCP are named
 */
export function connectionLeads(
  { stored, server, route, match, doubt }: ConnectionRoute,
  hosts: readonly string[],
  service: Service,
): Lead[] {
  const names = new Set(namesAt(server, match, hosts));
  const protocol = server.layer === 'tcp' ? 'tcp' : 'tls';
  return destinationsOf(stored, route.route)
    .filter(target => target.weight > 0 && isService(target, service))
    .flatMap(({ port }) =>
      [...names].map(
        (host): Lead => ({
          ...{ host, protocol, port, paths: [] },
          ...(doubt === undefined ? {} : { doubt }),
        }),
      ),
    );
}

/** One object, so that what is derived from it stays the same. */
const EVERYTHING = [{}] as const;

/** The matches of a route that hold at a server; one of everything where the route has none. */
function boundMatches<T extends { port?: number; gateways?: string[] }>(
  matches: readonly T[] | undefined,
  stored: Stored,
  server: GatewayServer,
): readonly Partial<T>[] {
  const all: readonly Partial<T>[] = matches?.length ? matches : EVERYTHING;
  return all.filter(match => bindsTo(match, stored, server));
}

function bindsTo(
  match: { port?: number; gateways?: string[] },
  stored: Stored,
  server: GatewayServer,
): boolean {
  const { namespace } = stored;
  const own = `${server.gateway.namespace}/${server.gateway.name}`;
  return (
    (match.port === undefined || match.port === server.port) &&
    (!match.gateways?.length ||
      match.gateways.some(name => resolveGatewayName(name, namespace) === own))
  );
}

/** For people: `/exact`, `/prefix*`, `~regex`; undefined for every path. */
function pathPattern({ uri }: HttpMatchSpec): string | undefined {
  if (!uri) return undefined;
  if ('exact' in uri) return uri.exact;
  if ('regex' in uri) return `~${uri.regex}`;
  if (!('prefix' in uri)) return undefined;
  return uri.prefix === '/' ? undefined : `${uri.prefix}*`;
}

function isService(target: Service, service: Service): boolean {
  return target.namespace === service.namespace && target.name === service.name;
}
