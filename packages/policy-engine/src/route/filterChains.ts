import type { ProxyRef } from '../model';
import {
  type GatewayServer,
  isEveryAddress,
  namesOfServer,
} from '../attach/gateways';
import { namesOfRoute } from '../attach/leads';
import type { Mesh } from '../attach/Mesh';
import { proxyKey } from '../attach/proxies';
import { serverKey, serversOfProxy } from '../attach/servedServers';
import { Family } from '../queries/queries';
import { connectionRoutesOf } from './connectionRoutes';

const CHAIN_CONFLICT = new Family();

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
  return mesh.queries.get(
    CHAIN_CONFLICT,
    `${proxyKey(proxy)}/${listenPort}`,
    () => {
      const name = findNameTwice(listChains(mesh, proxy, listenPort));
      if (name === undefined) return undefined;
      const named = name === '*' ? 'connections of any name' : name;
      return `two filter chains of port ${listenPort} take ${named}, and Envoy refuses such a listener`;
    },
  );
}

interface FilterChain {
  server: GatewayServer;
  names: readonly string[];
}

/** None where all is HTTP: what merges servers keeps their names apart. */
function listChains(
  mesh: Mesh,
  proxy: ProxyRef,
  listenPort: number,
): FilterChain[] {
  const routes = connectionRoutesOf(mesh, proxy, listenPort);
  if (routes.length === 0) return [];
  const secure = serversOfProxy(mesh, proxy).filter(
    ({ server, listenPorts }) =>
      server.layer === 'https' && listenPorts.includes(listenPort),
  );
  const passedOn = routes.filter(
    ({ server, doubt }) =>
      server.layer === 'passthrough' && doubt === undefined,
  );
  // All routes of one are of one filter chain.
  const others = new Map(
    routes
      .filter(({ server }) => server.layer !== 'passthrough')
      .map(({ server }) => [serverKey(server), server]),
  );
  return [
    ...secure.map(({ server }) => ({ server, names: namesOfServer(server) })),
    ...passedOn.map(({ server, match }) => ({
      server,
      names: namesOfRoute(match),
    })),
    ...[...others.values()].map(server => ({
      server,
      names: server.layer === 'tls' ? namesOfServer(server) : ['*'],
    })),
  ];
}

function findNameTwice(chains: readonly FilterChain[]): string | undefined {
  const taken = new Set<string>();
  for (const { server, names } of chains) {
    const bind = isEveryAddress(server.bind) ? '' : server.bind;
    for (const name of new Set(names.map(each => each.toLowerCase()))) {
      const key = `${bind} ${name}`;
      if (taken.has(key)) return name;
      taken.add(key);
    }
  }
  return undefined;
}
