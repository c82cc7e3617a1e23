import type { ProxyRef } from '../model';
import {
  type GatewayServer,
  isEveryAddress,
  namesOfServer,
} from '../attach/gateways';
import { namesOfRoute } from '../attach/leads';
import type { Mesh } from '../attach/Mesh';
import { serverKey, serversOfProxy } from '../attach/servedServers';
import { connectionRoutesOf } from './connectionRoutes';

/**
 * Why nobody can tell what is served on a listening port of a gateway: istiod keeps servers and routes apart that
 * take the same name, but not all of them from each other, and Envoy refuses a listener in which two filter chains
 * take one. It goes on with the listener that it had before, if it had any.
 */
export function describeChainConflict(
  mesh: Mesh,
  proxy: ProxyRef,
  listenPort: number,
): string | undefined {
  const servers = serversOfProxy(mesh, proxy).filter(({ listenPorts }) =>
    listenPorts.includes(listenPort),
  );
  const areAllHttp = servers.every(
    ({ server: { layer } }) => layer === 'http' || layer === 'https',
  );
  if (areAllHttp) return undefined;
  const taken = new Set<string>();
  for (const { server } of servers) {
    for (const names of chainsOf(mesh, proxy, listenPort, server)) {
      for (const name of new Set(names.map(each => each.toLowerCase()))) {
        const key = `${isEveryAddress(server.bind) ? '' : server.bind} ${name}`;
        if (taken.has(key)) {
          return `two filter chains of port ${listenPort} take ${
            name === '*' ? 'connections of any name' : name
          }, and Envoy refuses such a listener`;
        }
        taken.add(key);
      }
    }
  }
  return undefined;
}

/** What each filter chain that is made of a server takes. */
function chainsOf(
  mesh: Mesh,
  proxy: ProxyRef,
  listenPort: number,
  server: GatewayServer,
): readonly (readonly string[])[] {
  if (server.layer === 'https') return [namesOfServer(server)];
  const routes = connectionRoutesOf(mesh, proxy, listenPort).filter(
    made => serverKey(made.server) === serverKey(server),
  );
  if (server.layer === 'passthrough') {
    return routes
      .filter(({ doubt }) => doubt === undefined)
      .map(({ match }) => namesOfRoute(match));
  }
  if (routes.length === 0) return [];
  return [server.layer === 'tls' ? namesOfServer(server) : ['*']];
}
