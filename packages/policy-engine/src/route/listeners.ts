import { ProxyRef } from '../model';
import { isListenerKey } from '../attach/gatewayApi/listeners';
import {
  type GatewayServer,
  isEveryAddress,
  namesOfServer,
  serversOf,
} from '../attach/gateways';
import type { Mesh } from '../attach/Mesh';
import type { ServedServer } from '../attach/mergeServers';
import { serverKey, serversOfProxy, servingOf } from '../attach/servedServers';
import type { Stored } from '../attach/Stored';
import { servedHosts } from '../attach/virtualServices';
import { perObject } from '../queries/perObject';
import { hasRoutes } from './candidates';
import { describeChainConflict } from './filterChains';

/** What listens for HTTP on one port of a gateway, on every address. */
export interface Listener {
  listening: readonly ServedServer[];
  /** Those with TLS by the key of their server: each is a place of its own. */
  secure: ReadonlyMap<string, GatewayServer>;
  /** Servers with TLS by the names that they serve. */
  names: ReadonlyMap<string, ServedServer>;
  /** Why nobody can tell what is served. */
  doubt?: string;
}

export function readListener(
  mesh: Mesh,
  proxy: ProxyRef,
  listenPort: number,
): Listener {
  const there = serversOfProxy(mesh, proxy).filter(
    ({ server, listenPorts }) =>
      listenPorts.includes(listenPort) && isEveryAddress(server.bind),
  );
  const listening = there.filter(
    ({ server: { layer } }) => layer === 'http' || layer === 'https',
  );
  const secure = listening.filter(({ server }) => server.layer === 'https');
  // The filter chain with the most specific server name wins.
  const names = new Map(
    [...secure]
      .reverse()
      .flatMap(item =>
        namesOfServer(item.server).map(name => [name, item] as const),
      ),
  );
  const doubt =
    doubtOf(there, listenPort) ??
    describeChainConflict(mesh, proxy, listenPort);
  return {
    listening,
    secure: new Map(
      secure.map(({ server }) => [serverKey(server), server] as const),
    ),
    names,
    ...(doubt === undefined ? {} : { doubt }),
  };
}

function doubtOf(
  there: readonly ServedServer[],
  port: number,
): string | undefined {
  const doubtful = there.find(({ doubt }) => doubt !== undefined);
  if (doubtful) return doubtful.doubt;
  if (new Set(there.map(({ server }) => server.bind)).size > 1) {
    return `servers on port ${port} write the same address in two ways, of which Istio makes one listener that Envoy may refuse`;
  }
  // An older server with TLS does not keep one of plain HTTP from its port.
  const layers = new Set(there.map(({ server }) => server.layer));
  return layers.has('http') && layers.has('https')
    ? `port ${port} is served in plain text and by TLS, which the engine does not tell apart`
    : undefined;
}

const plainServersOf = perObject((gateway: Stored) =>
  serversOf(gateway).filter(({ layer }) => layer === 'http'),
);

/**
 * The server for whose port istiod makes the routes of a VirtualService on a listener: servers of plain HTTP have
 * one list of routes there, and what was made for the first server of a Gateway is taken for its others
 * (`gatewayRoutes` of buildGatewayHTTPRouteConfig).
 */
export function routingServer(
  mesh: Mesh,
  proxy: ProxyRef,
  listenPort: number,
  server: GatewayServer,
  stored: Stored,
): GatewayServer {
  const { kind, namespace = '', name } = server.gateway;
  if (server.layer !== 'http' || isListenerKey(server.key)) return server;
  const gateway = mesh.stored(kind, namespace, name);
  const first = (gateway ? plainServersOf(gateway) : []).find(
    sibling =>
      sibling.index < server.index &&
      sibling.bind === server.bind &&
      servingOf(mesh, proxy, sibling)?.listenPorts.includes(listenPort) &&
      makesRoutes(sibling, stored, proxy),
  );
  return first ?? server;
}

/** Whether istiod makes any route of a VirtualService for a server. */
export function makesRoutes(
  server: GatewayServer,
  stored: Stored,
  proxy: ProxyRef,
): boolean {
  return (
    servedHosts(stored, server, proxy.namespace).length > 0 &&
    hasRoutes({ stored, server }, proxy)
  );
}
