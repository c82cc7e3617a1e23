import { ProxyRef } from '../model';
import { findDomain } from '../attach/hosts';
import type { GatewayServer } from '../attach/gateways';
import { serverKey, serversOfProxy } from '../attach/servedServers';
import { Mesh } from '../attach/Mesh';
import { Stored } from '../attach/Stored';
import { proxyKey } from '../attach/workloads';
import { Family, sameData, sameItems } from '../queries/queries';
import { buildDomains, type Shares } from './domains';
import { type Listener, readListener } from './listeners';
import { servedHosts, virtualServicesFor } from '../attach/virtualServices';

const LISTENER = new Family();
const DOMAINS = new Family();
const DOMAIN_OF = new Family();
const SCOPE_OF = new Family();
const VIRTUAL_HOST = new Family({ isBrief: true });

const PLAIN = 'plain';

/** What a gateway does for one domain: redirect all to HTTPS, or try VirtualServices in order. */
export interface VirtualHost {
  domain: string;
  /** For who did not come by HTTPS. */
  httpsRedirect: boolean;
  /** Whether clients come by TLS. */
  isTls: boolean;
  entries: readonly VirtualHostEntry[];
  /** Of the proxy that serves it: a route may be for some proxies only. */
  labels: Record<string, string>;
  namespace: string;
  /** Why nobody can tell what it does. */
  doubt?: string;
  /** Which of the entries come first is not known. */
  isOrderUnknown?: boolean;
}

export interface VirtualHostEntry {
  stored: Stored;
  /** For whose port its routes are made. */
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
  const listener = `${proxyKey(proxy)}/${listenPort}`;
  const read = () =>
    mesh.queries.get(LISTENER, listener, () =>
      readListener(mesh, proxy, listenPort),
    );
  const name = (sni ?? host).toLowerCase();
  const chooseScope = () => scopeOf(read(), name);
  // So that a change of other servers stops here, too.
  const found = mesh.queries.isRecording
    ? mesh.queries.get(SCOPE_OF, `${listener}/${name}`, chooseScope, sameData)
    : chooseScope();
  switch (found.kind) {
    case 'no-listener':
      return 'no-listener';
    case 'doubtful':
      return doubtfulHost(proxy, found.doubt);
    case 'no-server':
      return undefined;
    default:
  }
  const { scope } = found;
  const key = `${listener}/${scope}`;
  let shares: Shares = new Map();
  // The first way to compute a value is kept, so it reads the servers of then, not those of now.
  const readDomains = () =>
    mesh.queries.get(DOMAINS, key, () => {
      const now = read();
      const servers =
        scope === PLAIN
          ? now.listening.map(({ server }) => server)
          : [now.secure.get(scope)].flatMap(server => server ?? []);
      const built = buildDomains(mesh, proxy, servers, shares);
      shares = built.shares;
      return built.domains;
    });
  const requested = host.toLowerCase();
  const choose = () => findDomain(readDomains(), requested);
  // Cached by host and by domain, so that a change of another host's routes stops here. What is asked
  // for itself, and by any name, is not worth keeping.
  const domain = mesh.queries.isRecording
    ? mesh.queries.get(DOMAIN_OF, `${key}/${requested}`, choose)
    : choose();
  if (domain === undefined) return undefined;
  return mesh.queries.get(
    VIRTUAL_HOST,
    `${key}/${domain}`,
    () => readDomains().get(domain) as VirtualHost,
    sameVirtualHost,
  );
}

/** What on a port takes a connection for a name: everything in plain text, or a server with TLS by its key. */
type Scope =
  | { kind: 'no-listener' | 'no-server' }
  | { kind: 'doubtful'; doubt: string }
  | { kind: 'scope'; scope: string };

function scopeOf({ listening, names, doubt }: Listener, name: string): Scope {
  if (listening.length === 0) return { kind: 'no-listener' };
  if (doubt !== undefined) return { kind: 'doubtful', doubt };
  if (names.size === 0) return { kind: 'scope', scope: PLAIN };
  const domain = findDomain(names, name);
  const chosen = domain === undefined ? undefined : names.get(domain);
  return chosen
    ? { kind: 'scope', scope: serverKey(chosen.server) }
    : { kind: 'no-server' };
}

function doubtfulHost(
  { labels, namespace }: ProxyRef,
  doubt: string,
): VirtualHost {
  return {
    domain: '*',
    httpsRedirect: false,
    isTls: false,
    entries: [],
    labels,
    namespace,
    doubt,
  };
}

/** Every host that a gateway proxy has HTTP routes for, sorted. */
export function routedHosts(mesh: Mesh, proxy: ProxyRef): readonly string[] {
  const hosts = new Set<string>();
  for (const { server } of serversOfProxy(mesh, proxy)) {
    if (server.layer !== 'http' && server.layer !== 'https') continue;
    for (const stored of virtualServicesFor(
      mesh,
      server.key,
      proxy.namespace,
    )) {
      for (const host of servedHosts(stored, server, proxy.namespace))
        hosts.add(host);
    }
  }
  return [...hosts].sort();
}

function sameVirtualHost(
  a: VirtualHost | undefined,
  b: VirtualHost | undefined,
): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.httpsRedirect === b.httpsRedirect &&
    a.isTls === b.isTls &&
    a.doubt === b.doubt &&
    a.isOrderUnknown === b.isOrderUnknown &&
    sameItems(
      a.entries.flatMap(({ stored, server }) => [stored, server]),
      b.entries.flatMap(({ stored, server }) => [stored, server]),
    )
  );
}
