import { pushTo } from '../../multimap';
import { Family, sameItems } from '../../queries/queries';
import { GATEWAY_API_GATEWAY } from '../kindKeys';
import type { Mesh } from '../Mesh';
import type { Stored } from '../Stored';
import { allowedNamespaces } from './allowedNamespaces';
import { controllerOf } from './gateways';
import { KubernetesGatewaySpec, ListenerSetSpec, ListenerSpec } from './specs';

const SETS_OF_GATEWAYS = new Family();
const SETS_OF_GATEWAY = new Family();

/** The Gateway that a ListenerSet adds listeners to, if it is there. */
export function gatewayOfSet(mesh: Mesh, stored: Stored): Stored | undefined {
  const { namespace, name } = gatewayNamedBy(stored);
  return mesh.stored(GATEWAY_API_GATEWAY, namespace, name);
}

/** The ListenerSets that a Gateway takes: `allowedListeners` lets nobody in by default. */
export function attachedSets(
  mesh: Mesh,
  { namespace, name }: Pick<Stored, 'namespace' | 'name'>,
): Stored[] {
  const gateway = mesh.stored(GATEWAY_API_GATEWAY, namespace, name);
  if (!gateway) return [];
  return setsNaming(mesh, `${namespace}/${name}`).filter(set =>
    takesSet(mesh, gateway, set.namespace),
  );
}

export function takesSet(mesh: Mesh, gateway: Stored, from: string): boolean {
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

/** Listeners that a valid ListenerSet writes. */
export function listenersInSet({ resource }: Stored): ListenerSpec[] {
  const { listeners = [] } = (resource.spec ?? {}) as ListenerSetSpec;
  return listeners.flatMap(withPort);
}

function withPort({
  port = 0,
  ...listener
}: Omit<ListenerSpec, 'port'> & { port?: number }): ListenerSpec[] {
  const usual = { HTTP: 80, HTTPS: 443 }[listener.protocol];
  const known = port || usual;
  return known === undefined ? [] : [{ ...listener, port: known }];
}

function setsNaming(mesh: Mesh, gateway: string): readonly Stored[] {
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
  for (const stored of mesh.all('ListenerSet')) {
    // It has no listeners, and anything may stand for its Gateway.
    if (stored.errors.length > 0) continue;
    const { namespace, name } = gatewayNamedBy(stored);
    pushTo(index, `${namespace}/${name}`, stored);
  }
  return index;
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
