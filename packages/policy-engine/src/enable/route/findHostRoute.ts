import { ProxyRef, ResourceRef } from '../../model';
import { intersectHosts, isSubsetHost } from '../../attach/hosts';
import { serversOfProxy } from '../../attach/servedServers';
import { Mesh } from '../../attach/Mesh';
import { servedHosts, virtualServicesFor } from '../../attach/virtualServices';
import { refOf } from '../../parse';

/** A route that serves a host at a gateway already, on whichever port. */
export interface HostRoute {
  route: ResourceRef;
  /** As the route has it: exact, `*.suffix` or `*`. */
  host: string;
}

/**
 * The route by which a gateway serves a host now. A wildcard counts: whoever keeps it is answered for
 * the host today, and may rely on it.
 */
export function findHostRoute(
  mesh: Mesh,
  proxies: readonly ProxyRef[],
  host: string,
): HostRoute | undefined {
  for (const proxy of proxies) {
    for (const { server } of serversOfProxy(mesh, proxy)) {
      for (const stored of virtualServicesFor(
        mesh,
        server.key,
        proxy.namespace,
      )) {
        const served = servedHosts(stored, server, proxy.namespace).find(each =>
          isSubsetHost(host, each),
        );
        if (served !== undefined) {
          return { route: refOf(stored.resource), host: served };
        }
      }
    }
  }
  return undefined;
}

/**
 * The Gateway that takes a host at a workload on a port already. What Istio makes of Ingresses has every host in plain
 * HTTP, and leaves those without rules to others.
 */
export function findHostGateway(
  mesh: Mesh,
  proxies: readonly ProxyRef[],
  host: string,
  port: number,
): ResourceRef | undefined {
  return proxies
    .flatMap(proxy => serversOfProxy(mesh, proxy))
    .find(
      ({ server }) =>
        server.port === port &&
        !(server.gateway.kind === 'Ingress' && server.layer === 'http') &&
        (!/^https?$/.test(server.layer) ||
          server.hosts.some(
            each => intersectHosts(host, each.host) !== undefined,
          )),
    )?.server.gateway;
}
