import { nameOf, refOf } from '../parse';
import { apiListenPorts } from './listenPorts';
import { controllerOf, proxiesOfGateway } from './gatewayApi/gateways';
import { ApiListener, ListenerParent } from './gatewayApi/listeners';
import { gatewayOfSet } from './gatewayApi/attachedSets';
import { listenersOfParent } from './gatewayApi/listenerSets';
import { listenerParentOf, parentsOf, routesTo } from './gatewayApi/routeIndex';
import { bindRoute, hasBoundRoute } from './gatewayApi/routes';
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
  return parentsTo(mesh, service).flatMap(({ route, ref }) => {
    const bindings = bindingsOfParent(mesh, route, ref);
    if (typeof bindings !== 'string') {
      return bindings.flatMap(binding =>
        waysInOfBinding(mesh, service, binding, tails),
      );
    }
    const self = refOf(route.resource);
    const id = `route.${self.kind}.${ref.name}`;
    return [unresolvedWayIn(service, self, tails, id, bindings)];
  });
}

/** Every listener that routes to a Service are bound to, served or not. */
export function apiBindings(mesh: Mesh, service: Stored): Binding[] {
  return parentsTo(mesh, service).flatMap(({ route, ref }) => {
    const bindings = bindingsOfParent(mesh, route, ref);
    return typeof bindings === 'string' ? [] : bindings;
  });
}

/** Routes to a Service, with each of their parents. */
function parentsTo(
  mesh: Mesh,
  { namespace, name }: Stored,
): { route: Stored; ref: ParentRefSpec }[] {
  return routesTo(mesh, `${namespace}/${name}`).flatMap(route => {
    const parents = new Map(
      parentsOf(route).map(ref => [keyOf(ref, route), ref]),
    );
    return [...parents.values()].map(ref => ({ route, ref }));
  });
}

/** Parents that name several sections of one Gateway are one. */
function keyOf(ref: ParentRefSpec, route: Stored): string {
  const { group, kind, namespace, name } = ref;
  return [group, kind, namespace || route.namespace, name].join();
}

/** What a route is bound to by a parent, or why that cannot be told. */
function bindingsOfParent(
  mesh: Mesh,
  route: Stored,
  ref: ParentRefSpec,
): Binding[] | string {
  const label = nameOf(refOf(route.resource));
  const parent = listenerParentOf(route, ref);
  if (!parent) {
    // A Service or ServiceEntry: what callers inside the mesh do, beside the policies.
    return /ListenerSet$/.test(ref.kind ?? '')
      ? `${label} is bound by ${ref.kind} ${ref.name}, which the engine does not follow`
      : [];
  }
  const gateway = findGateway(mesh, parent);
  if (typeof gateway === 'string') return gateway;
  if (!gateway) return [];
  const name = `Gateway ${gateway.namespace}/${gateway.name}`;
  if (gateway.errors.length > 0) return `${name} is malformed`;
  const controller = controllerOf(mesh, gateway);
  if (controller === 'other') {
    return `${name} is of a GatewayClass that is not known to be Istio's, so what its proxy does is not known`;
  }
  if (controller !== 'gateway') return [];
  if (route.errors.length > 0) return `${label} is malformed`;
  return listenersOfParent(mesh, parent).flatMap(listener =>
    bindingsOf(mesh, gateway, route, listener),
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
      : proxies
          .filter(({ namespace }) =>
            hasBoundRoute(mesh, stored, server.key, namespace),
          )
          .map(proxy => ({
            stored,
            server,
            proxy,
            listenPorts: apiListenPorts(mesh, gateway, proxy, server.port),
            ...servingOf(mesh, proxy, server),
            isOneOfMany,
          })),
  );
}
