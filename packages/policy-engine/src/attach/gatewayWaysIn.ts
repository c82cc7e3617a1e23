import { refOf } from '../parse';
import { gatewayProxyOf, gatewayWorkloads, serversOf } from './gateways';
import { gatewayNamed } from './ingress/ingressRoutes';
import { listenPortsOf } from './listenPorts';
import { Mesh } from './Mesh';
import { Stored } from './Stored';
import { proxyKey } from './proxies';
import { servingOf } from './servedServers';
import { Binding, waysInOfBinding } from './serverWaysIn';
import { Tail } from './tails';
import { unresolvedWayIn } from './unresolved';
import { gatewaysOf } from './virtualServiceIndex';
import { virtualServicesTo } from './virtualServices';
import type { ResolvedWayIn } from './waysIn';
import { Family } from '../queries/queries';

const GATEWAY_SERVINGS = new Family();

/** Ways in through Istio's Gateways and the VirtualServices bound to them. */
export function gatewayWaysIn(
  mesh: Mesh,
  service: Stored,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  const { namespace, name } = service;
  return virtualServicesTo(mesh, `${namespace}/${name}`).flatMap(stored =>
    waysInOfVirtualService(mesh, service, stored, tails),
  );
}

function waysInOfVirtualService(
  mesh: Mesh,
  service: Stored,
  stored: Stored,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  const route = refOf(stored.resource);
  const unresolved = (id: string, reason: string) =>
    unresolvedWayIn(service, route, tails, `gw.${id}`, reason);
  if (stored.errors.length > 0) {
    const label = `VirtualService ${route.namespace}/${route.name}`;
    return [unresolved('malformed', `${label} is malformed`)];
  }
  return gatewaysOf(stored).flatMap(key => {
    const [namespace, name] = key.split('/');
    const gateway = gatewayNamed(mesh, namespace, name);
    if (!gateway) return [];
    if (gateway.errors.length > 0) {
      return [
        unresolved(`${namespace}.${name}`, `Gateway ${key} is malformed`),
      ];
    }
    return bindingsOf(mesh, stored, gateway).flatMap(binding =>
      waysInOfBinding(mesh, service, binding, tails),
    );
  });
}

/** Every server of a Gateway that VirtualServices to a Service are bound to, served or not; none by malformed ones. */
export function gatewayBindings(mesh: Mesh, service: Stored): Binding[] {
  const { namespace, name } = service;
  return virtualServicesTo(mesh, `${namespace}/${name}`)
    .filter(({ errors }) => errors.length === 0)
    .flatMap(stored =>
      gatewaysOf(stored).flatMap(key => {
        const [home, own] = key.split('/');
        const gateway = gatewayNamed(mesh, home, own);
        return gateway ? bindingsOf(mesh, stored, gateway) : [];
      }),
    );
}

function bindingsOf(mesh: Mesh, stored: Stored, gateway: Stored): Binding[] {
  const { namespace, name } = gateway;
  return mesh.queries
    .get(GATEWAY_SERVINGS, `${namespace}/${name}`, () => {
      const known = gatewayNamed(mesh, namespace, name) ?? gateway;
      return servingsOf(mesh, known);
    })
    .map(serving => ({ stored, ...serving }));
}

/** How a Gateway is served, whatever is bound to it. */
function servingsOf(mesh: Mesh, gateway: Stored): Omit<Binding, 'stored'>[] {
  // While a gateway is rolled out, Pods of one name have labels of two kinds.
  const proxies = new Map(
    gatewayWorkloads(mesh, gateway)
      .map(gatewayProxyOf)
      .map(proxy => [`${proxyKey(proxy)}/${proxy.name}`, proxy]),
  );
  const isOneOfMany = proxies.size > 1;
  return serversOf(gateway).flatMap((server): Omit<Binding, 'stored'>[] =>
    proxies.size === 0
      ? [{ server, proxy: undefined, listenPorts: [], isOneOfMany }]
      : [...proxies.values()].map(proxy => ({
          server,
          proxy,
          listenPorts: listenPortsOf(mesh, proxy, server.port),
          ...servingOf(mesh, proxy, server),
          isOneOfMany,
        })),
  );
}
