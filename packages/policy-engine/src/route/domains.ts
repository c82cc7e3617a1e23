import { ProxyRef } from '../model';
import type { GatewayServer } from '../attach/gateways';
import { istiodsHave } from '../attach/istiodVersions';
import type { Mesh } from '../attach/Mesh';
import type { Stored } from '../attach/Stored';
import { servedHosts, virtualServicesFor } from '../attach/virtualServices';
import { diffLists } from '../queries/diffLists';
import { mixesKinds } from './candidates';
import { makesRoutes } from './listeners';
import type { VirtualHost, VirtualHostEntry } from './routeTable';
import { isOrderUnknown } from './unknownOrder';

/** The istiod that merges HTTPRoutes and GRPCRoutes of one host (istio/istio#59222); before, either was left out. */
const MERGES_KINDS = [1, 30, 0] as const;

/** What a server has of a VirtualService. */
interface Share {
  /** As they are where nothing else is for their domain. */
  hosts: readonly VirtualHost[];
  isRouted: boolean;
}

/** What a server has of all VirtualServices: one share for each, in their order. */
interface Shared {
  list: readonly Stored[];
  shares: readonly Share[];
}

/** Nothing but a server, a VirtualService and the proxy decides a share, so it is kept from table to table. */
export type Shares = ReadonlyMap<GatewayServer, Shared>;

function shareOut(
  mesh: Mesh,
  proxy: ProxyRef,
  server: GatewayServer,
  last: Shared = { list: [], shares: [] },
): Shared {
  const list = virtualServicesFor(mesh, server.key, proxy.namespace);
  const { start, removed, added } = diffLists(last.list, list);
  return {
    list,
    shares: last.shares.slice(0, start).concat(
      added.map(stored => readShare(proxy, server, stored)),
      last.shares.slice(start + removed.length),
    ),
  };
}

function readShare(
  proxy: ProxyRef,
  server: GatewayServer,
  stored: Stored,
): Share {
  const entries = [{ stored, server }];
  return {
    hosts: servedHosts(stored, server, proxy.namespace).map(domain => ({
      ...emptyHost(proxy, server, domain),
      entries,
    })),
    isRouted: makesRoutes(server, stored, proxy),
  };
}

function emptyHost(
  { labels, namespace }: ProxyRef,
  { httpsRedirect, layer }: GatewayServer,
  domain: string,
): VirtualHost {
  return {
    domain,
    httpsRedirect,
    isTls: layer === 'https',
    entries: [],
    labels,
    namespace,
  };
}

/**
 * What a gateway does for each domain of servers that share their routes.
 *
 * @param known - shares in the table before, if there was one
 */
export function buildDomains(
  mesh: Mesh,
  proxy: ProxyRef,
  servers: readonly GatewayServer[],
  known: Shares,
): { domains: Map<string, VirtualHost>; shares: Shares } {
  const shares = new Map<GatewayServer, Shared>();
  const domains = new Map<string, VirtualHost>();
  // By Gateway with several servers: for which of them the routes of a VirtualService are made, once.
  const firsts = new Map<string, Map<Stored, GatewayServer>>();
  const keys = new Set<string>();
  for (const { key } of servers) {
    if (keys.has(key)) firsts.set(key, new Map());
    keys.add(key);
  }
  for (const server of servers) {
    const routedFor = firsts.get(server.key);
    const shared = shareOut(mesh, proxy, server, known.get(server));
    shares.set(server, shared);
    shared.list.forEach((stored, index) => {
      const { hosts, isRouted } = shared.shares[index];
      const first = routedFor?.get(stored) ?? server;
      if (first === server && !isRouted) return;
      routedFor?.set(stored, first);
      for (const alone of hosts) {
        addEntry(domains, alone, { stored, server: first }, server);
      }
    });
    if (server.httpsRedirect) redirectHosts(domains, proxy, server);
  }
  for (const [domain, host] of domains) {
    if (host.entries.length < 2) continue;
    domains.set(domain, {
      ...host,
      ...(isOrderUnknown(mesh, host.entries) ? { isOrderUnknown: true } : {}),
      ...(mixesKinds(host) && !istiodsHave(mesh, MERGES_KINDS)
        ? {
            doubt: `HTTPRoutes and GRPCRoutes are there for host ${domain}, which istiods before 1.30 do not serve side by side`,
          }
        : {}),
    });
  }
  return { domains, shares };
}

/** @param server - that has the domain; the routes of `entry` may be made for another */
function addEntry(
  domains: Map<string, VirtualHost>,
  alone: VirtualHost,
  entry: VirtualHostEntry,
  server: GatewayServer,
): void {
  const { domain } = alone;
  const host = domains.get(domain);
  if (!host) {
    const isOwn = entry.server === server;
    domains.set(domain, isOwn ? alone : { ...alone, entries: [entry] });
    return;
  }
  const isThere = host.entries.some(
    each => each.stored === entry.stored && each.server.key === server.key,
  );
  domains.set(domain, {
    ...host,
    httpsRedirect: host.httpsRedirect || server.httpsRedirect,
    entries: isThere ? host.entries : [...host.entries, entry],
  });
}

/** A redirecting server answers for its hosts even without a VirtualService. */
function redirectHosts(
  domains: Map<string, VirtualHost>,
  proxy: ProxyRef,
  server: GatewayServer,
): void {
  for (const { namespace: scope, host: domain } of server.hosts) {
    // Istio takes `namespace/host` for the name of a domain here, and nobody asks for that.
    if (scope !== '*') continue;
    const host = domains.get(domain) ?? emptyHost(proxy, server, domain);
    domains.set(domain, { ...host, httpsRedirect: true });
  }
}
