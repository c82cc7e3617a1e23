import { pushTo } from '../../multimap';
import { Family, sameData, sameItems } from '../../queries/queries';
import { sortRoutesByAge } from '../age';
import { GATEWAY_API_GATEWAY } from '../kindKeys';
import type { Mesh } from '../Mesh';
import type { Stored } from '../Stored';
import { controllerOf } from './gateways';
import {
  allowedNamespaces,
  ApiListener,
  ListenerParent,
  listenersOf,
  readListeners,
} from './listeners';
import { KubernetesGatewaySpec, ListenerSetSpec, ListenerSpec } from './specs';

const SETS_OF_GATEWAYS = new Family();
const SETS_OF_GATEWAY = new Family();
const LISTENERS_OF_SET = new Family();

/** The Gateway that a ListenerSet adds listeners to, if it is there. */
export function gatewayOfSet(mesh: Mesh, stored: Stored): Stored | undefined {
  const { namespace, name } = gatewayNamedBy(stored);
  return mesh.stored(GATEWAY_API_GATEWAY, namespace, name);
}

function gatewayNamedBy({ namespace, resource }: Stored): {
  namespace: string;
  name: string;
} {
  const { parentRef } = (resource.spec ?? {}) as ListenerSetSpec;
  return {
    namespace: parentRef?.namespace || namespace,
    name: parentRef?.name ?? '',
  };
}

/**
 * Listeners of a ListenerSet, on the proxies of its Gateway. None where it cannot be read, or where the Gateway
 * does not take it: `allowedListeners` lets nobody in by default. One that is in conflict with an earlier
 * listener of the Gateway is kept, although newer istiods leave it out.
 */
export function listenersOfSet(
  mesh: Mesh,
  namespace: string,
  name: string,
): readonly ApiListener[] {
  return mesh.queries.get(
    LISTENERS_OF_SET,
    `${namespace}/${name}`,
    () => {
      const stored = mesh.stored('ListenerSet', namespace, name);
      if (!stored || stored.errors.length > 0) return [];
      const gateway = gatewayOfSet(mesh, stored);
      if (!gateway || !takesSet(mesh, gateway, namespace)) return [];
      const { listeners = [] } = (stored.resource.spec ??
        {}) as ListenerSetSpec;
      const parent: ListenerParent = { kind: 'ListenerSet', namespace, name };
      return readListeners(mesh, gateway, parent, listeners.flatMap(withPort));
    },
    sameData,
  );
}

/** Listeners of a parent of routes. */
export function listenersOfParent(
  mesh: Mesh,
  { kind, namespace, name }: ListenerParent,
): readonly ApiListener[] {
  return kind === 'Gateway'
    ? listenersOf(mesh, namespace, name)
    : listenersOfSet(mesh, namespace, name);
}

/** Listeners on a Gateway's proxies: its own, then those of ListenerSets, the oldest first. */
export function allListenersOf(
  mesh: Mesh,
  namespace: string,
  name: string,
): ApiListener[] {
  return [
    ...listenersOf(mesh, namespace, name),
    ...setsOf(mesh, `${namespace}/${name}`).flatMap(set =>
      listenersOfSet(mesh, set.namespace, set.name),
    ),
  ];
}

function setsOf(mesh: Mesh, gateway: string): readonly Stored[] {
  return mesh.queries.get(
    SETS_OF_GATEWAY,
    gateway,
    () =>
      mesh.queries
        .getOne(SETS_OF_GATEWAYS, () => indexSets(mesh))
        .get(gateway) ?? [],
    sameItems,
  );
}

function indexSets(mesh: Mesh): ReadonlyMap<string, Stored[]> {
  const index = new Map<string, Stored[]>();
  for (const stored of sortRoutesByAge(mesh.all('ListenerSet'))) {
    // It has no listeners, and anything may stand for its Gateway.
    if (stored.errors.length > 0) continue;
    const { namespace, name } = gatewayNamedBy(stored);
    pushTo(index, `${namespace}/${name}`, stored);
  }
  return index;
}

function takesSet(mesh: Mesh, gateway: Stored, from: string): boolean {
  if (gateway.errors.length > 0) return false;
  if (controllerOf(mesh, gateway) !== 'gateway') return false;
  const { allowedListeners } = (gateway.resource.spec ??
    {}) as KubernetesGatewaySpec;
  const { namespaces } = allowedListeners ?? {};
  if (!namespaces) return false;
  const allowed = allowedNamespaces(mesh, gateway.namespace, {
    from: 'None',
    ...namespaces,
  });
  return allowed.includes('*') || allowed.includes(from);
}

function withPort({
  port = 0,
  ...listener
}: Omit<ListenerSpec, 'port'> & { port?: number }): ListenerSpec[] {
  const usual = { HTTP: 80, HTTPS: 443 }[listener.protocol];
  const known = port || usual;
  return known === undefined ? [] : [{ ...listener, port: known }];
}
