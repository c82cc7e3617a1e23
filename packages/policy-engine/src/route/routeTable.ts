import { ProxyRef } from '../model';
import { HttpMatchSpec, HttpRouteSpec } from '../parse/specs';
import { findDomain, resolveGatewayName } from '../attach/hosts';
import { GatewayServer, serversOfProxy } from '../attach/gateways';
import { Mesh, Stored } from '../attach/Mesh';
import { proxyKey } from '../attach/workloads';
import { sameItems } from '../attach/queries';
import {
  servedHosts,
  specOf,
  virtualServicesOf,
} from '../attach/virtualServices';

/** What a gateway does for one domain: redirect all to HTTPS, or try VirtualServices in order. */
export interface VirtualHost {
  domain: string;
  httpsRedirect: boolean;
  entries: readonly VirtualHostEntry[];
}

export interface VirtualHostEntry {
  stored: Stored;
  server: GatewayServer;
}

/** One HTTP route with one of its match conditions. */
export interface RouteCandidate {
  stored: Stored;
  route: HttpRouteSpec;
  match: HttpMatchSpec | undefined;
  server: GatewayServer;
}

/**
 * The virtual host that a request on a gateway's listening port falls to. A TLS server is chosen by
 * SNI first, as its certificate's filter chain is.
 */
export function findVirtualHost(
  mesh: Mesh,
  proxy: ProxyRef,
  listenPort: number,
  host: string,
  sni: string | undefined,
): VirtualHost | 'no-listener' | undefined {
  const listening = serversOfProxy(mesh, proxy).filter(
    ({ server, listenPorts }) =>
      listenPorts.includes(listenPort) &&
      (server.layer === 'http' || server.layer === 'https'),
  );
  if (listening.length === 0) return 'no-listener';
  const secure = listening.filter(({ server }) => server.layer === 'https');
  // The filter chain with the most specific server name wins.
  const names = new Map(
    [...secure]
      .reverse()
      .flatMap(item =>
        item.server.hosts.map(({ host: name }) => [name, item] as const),
      ),
  );
  const name = findDomain(names, (sni ?? host).toLowerCase());
  const chosen = name === undefined ? undefined : names.get(name);
  if (secure.length > 0 && !chosen) return undefined;
  const scope = chosen ? serverKey(chosen.server) : 'plain';
  const members = chosen ? [chosen] : listening;
  const key = `${proxyKey(proxy)}/${listenPort}/${scope}`;
  const readDomains = () =>
    mesh.queries.get(`domains/${key}`, () =>
      buildDomains(
        mesh,
        proxy,
        members.map(({ server }) => server),
      ),
    );
  const domains = readDomains();
  const domain = findDomain(domains, host.toLowerCase());
  if (domain === undefined) return undefined;
  // Cached by domain, so that a change of another host's routes stops here.
  return mesh.queries.get(
    `virtual-host/${key}/${domain}`,
    () => readDomains().get(domain) as VirtualHost,
    sameVirtualHost,
  );
}

function buildDomains(
  mesh: Mesh,
  proxy: ProxyRef,
  servers: readonly GatewayServer[],
): Map<string, VirtualHost> {
  const domains = new Map<
    string,
    VirtualHost & { entries: VirtualHostEntry[] }
  >();
  for (const server of servers) {
    for (const stored of virtualServicesOf(mesh, server.key)) {
      for (const domain of servedHosts(stored, server, proxy.namespace)) {
        const host = domains.get(domain);
        if (!host) {
          domains.set(domain, {
            domain,
            httpsRedirect: server.httpsRedirect,
            entries: [{ stored, server }],
          });
        } else if (!host.entries.some(entry => entry.stored === stored)) {
          host.entries.push({ stored, server });
          host.httpsRedirect ||= server.httpsRedirect;
        }
      }
    }
    if (!server.httpsRedirect) continue;
    // A redirecting server answers for its hosts even without a VirtualService.
    for (const { host: domain } of server.hosts) {
      if (!domains.has(domain)) {
        domains.set(domain, { domain, httpsRedirect: true, entries: [] });
      }
    }
  }
  return domains;
}

/** Every host that a gateway proxy has HTTP routes for, sorted. */
export function routedHosts(mesh: Mesh, proxy: ProxyRef): readonly string[] {
  const hosts = new Set<string>();
  for (const { server } of serversOfProxy(mesh, proxy)) {
    if (server.layer !== 'http' && server.layer !== 'https') continue;
    for (const stored of virtualServicesOf(mesh, server.key)) {
      for (const host of servedHosts(stored, server, proxy.namespace))
        hosts.add(host);
    }
  }
  return [...hosts].sort();
}

/** Routes of a virtual host in Envoy's order: catch-all routes go last. */
export function candidatesOf(host: VirtualHost): readonly RouteCandidate[] {
  const groups = new Map<unknown, RouteCandidate[]>();
  for (const entry of host.entries) {
    const key = mergeKeyOf(entry) ?? entry;
    const list = groups.get(key) ?? [];
    list.push(...candidatesIn(entry));
    groups.set(key, list);
  }
  const listed = [...groups.values()].flatMap(group =>
    untilCatchAll(group.sort(comparePrecedence)),
  );
  return [
    ...listed.filter(candidate => !isCatchAll(candidate)),
    ...listed.filter(isCatchAll),
  ];
}

/** Gateway API routes of one kind, listener and host are merged, and sorted by how much they tell. */
function mergeKeyOf({ stored, server }: VirtualHostEntry): string | undefined {
  if (!server.key.startsWith('gateway-api/')) return undefined;
  const [host] = specOf(stored).hosts ?? [];
  return `${stored.resource.kind}/${server.key}/${host}`;
}

function candidatesIn({ stored, server }: VirtualHostEntry): RouteCandidate[] {
  if (stored.errors.length > 0) return [];
  return (specOf(stored).http ?? []).flatMap(route => {
    const matches = route.match?.length ? route.match : [undefined];
    return matches
      .filter(match => appliesTo(match, stored, server))
      .map((match): RouteCandidate => ({ stored, route, match, server }));
  });
}

/** What stands behind a catch-all route of the same VirtualService is never sent to Envoy. */
function untilCatchAll(candidates: RouteCandidate[]): RouteCandidate[] {
  const end = candidates.findIndex(isCatchAll);
  return end < 0 ? candidates : candidates.slice(0, end + 1);
}

/** Higher precedence first; routes of VirtualServices have none and keep their order. */
function comparePrecedence(a: RouteCandidate, b: RouteCandidate): number {
  const left = a.route.precedence ?? [];
  const right = b.route.precedence ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] !== right[i]) return right[i] - left[i];
  }
  return 0;
}

function isCatchAll({ match }: RouteCandidate): boolean {
  return match === undefined || isMatchEmpty(match);
}

function appliesTo(
  match: HttpMatchSpec | undefined,
  stored: Stored,
  server: GatewayServer,
): boolean {
  if (!match) return true;
  const { namespace = '' } = stored.resource.metadata;
  const own = `${server.gateway.namespace}/${server.gateway.name}`;
  const gateways = match.gateways ?? [];
  return (
    (match.port === undefined || match.port === server.port) &&
    (gateways.length === 0 ||
      gateways.some(name => resolveGatewayName(name, namespace) === own))
  );
}

function isMatchEmpty(match: HttpMatchSpec): boolean {
  const {
    uri,
    method,
    authority,
    scheme,
    headers,
    withoutHeaders,
    queryParams,
  } = match;
  const prefix = uri && 'prefix' in uri ? uri.prefix : undefined;
  const regex = uri && 'regex' in uri ? uri.regex : undefined;
  const anyPath = uri === undefined || prefix === '/' || regex === '.*';
  return (
    anyPath &&
    !method &&
    !authority &&
    !scheme &&
    Object.keys({ ...headers, ...withoutHeaders, ...queryParams }).length === 0
  );
}

function serverKey(server: GatewayServer): string {
  return `${server.key}/${server.index}`;
}

function sameVirtualHost(
  a: VirtualHost | undefined,
  b: VirtualHost | undefined,
): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.httpsRedirect === b.httpsRedirect &&
    sameItems(
      a.entries.flatMap(({ stored, server }) => [stored, server]),
      b.entries.flatMap(({ stored, server }) => [stored, server]),
    )
  );
}
