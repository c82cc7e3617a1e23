import { nameOf, refOf } from '../parse';
import { apiListenPorts } from './listenPorts';
import { controllerOf, proxiesOfGateway } from './gatewayApi/gateways';
import { ApiListener, ListenerParent } from './gatewayApi/listeners';
import { gatewayOfSet, listenersOfParent } from './gatewayApi/listenerSets';
import { listenerParentOf, parentsOf, routesTo } from './gatewayApi/routeIndex';
import { bindRoute } from './gatewayApi/routes';
import { ParentRefSpec } from './gatewayApi/specs';
import { GATEWAY_API_GATEWAY } from './kindKeys';
import { Mesh } from './Mesh';
import { Stored } from './Stored';
import { servingOf } from './servedServers';
import { Binding, waysInOfBinding } from './serverWaysIn';
import { Tail } from './tails';
import { unresolvedWayIn } from './unresolved';
import type { ResolvedWayIn } from './waysIn';

/** Ways in through the Gateway API: HTTPRoute, GRPCRoute, TLSRoute and TCPRoute. */
export function apiWaysIn(
  mesh: Mesh,
  service: Stored,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  const { namespace, name } = service;
  return routesTo(mesh, `${namespace}/${name}`).flatMap(route => {
    const gateways = new Map(
      parentsOf(route).map(ref => [keyOf(ref, route), ref]),
    );
    return [...gateways.values()].flatMap(ref =>
      waysInOfParent(mesh, service, route, ref, tails),
    );
  });
}

/** Parents that name several sections of one Gateway are one. */
function keyOf(ref: ParentRefSpec, route: Stored): string {
  const { group, kind, namespace, name } = ref;
  return [group, kind, namespace || route.namespace, name].join();
}

function waysInOfParent(
  mesh: Mesh,
  service: Stored,
  route: Stored,
  ref: ParentRefSpec,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  const self = refOf(route.resource);
  const label = nameOf(self);
  const unresolved = (reason: string) => [
    unresolvedWayIn(
      service,
      self,
      tails,
      `route.${self.kind}.${ref.name}`,
      reason,
    ),
  ];
  const parent = listenerParentOf(route, ref);
  if (!parent) {
    // A Service or ServiceEntry: what callers inside the mesh do, beside the policies.
    return /ListenerSet$/.test(ref.kind ?? '')
      ? unresolved(
          `${label} is bound by ${ref.kind} ${ref.name}, which the engine does not follow`,
        )
      : [];
  }
  const gateway = findGateway(mesh, parent);
  if (typeof gateway === 'string') return unresolved(gateway);
  if (!gateway) return [];
  const name = `Gateway ${gateway.namespace}/${gateway.name}`;
  if (gateway.errors.length > 0) return unresolved(`${name} is malformed`);
  const controller = controllerOf(mesh, gateway);
  if (controller === 'other') {
    return unresolved(
      `${name} is of a GatewayClass that is not known to be Istio's, so what its proxy does is not known`,
    );
  }
  if (controller !== 'gateway') return [];
  if (route.errors.length > 0) return unresolved(`${label} is malformed`);
  return listenersOfParent(mesh, parent).flatMap(listener =>
    bindingsOf(mesh, gateway, route, listener).flatMap(binding =>
      waysInOfBinding(mesh, service, binding, tails),
    ),
  );
}

/** The Gateway whose proxies serve a parent of routes, or why nobody can tell. */
function findGateway(
  mesh: Mesh,
  { kind, namespace, name }: ListenerParent,
): Stored | string | undefined {
  if (kind === 'Gateway') {
    return mesh.stored(GATEWAY_API_GATEWAY, namespace, name);
  }
  const set = mesh.stored(kind, namespace, name);
  if (!set) return undefined;
  return set.errors.length > 0
    ? `ListenerSet ${namespace}/${name} is malformed`
    : gatewayOfSet(mesh, set);
}

function bindingsOf(
  mesh: Mesh,
  gateway: Stored,
  route: Stored,
  { server }: ApiListener,
): Binding[] {
  const bound = bindRoute(mesh, route, server.key);
  const proxies = proxiesOfGateway(mesh, gateway, 'gateway');
  const isOneOfMany = proxies.length > 1;
  return bound.flatMap((stored): Binding[] =>
    proxies.length === 0
      ? [{ stored, server, proxy: undefined, listenPorts: [], isOneOfMany }]
      : proxies.map(proxy => ({
          stored,
          server,
          proxy,
          listenPorts: apiListenPorts(mesh, gateway, proxy, server.port),
          ...servingOf(mesh, proxy, server),
          isOneOfMany,
        })),
  );
}
