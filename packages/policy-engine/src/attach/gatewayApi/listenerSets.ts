import { Family, sameData } from '../../queries/queries';
import type { Mesh } from '../Mesh';
import {
  attachedSets,
  gatewayOfSet,
  listenersInSet,
  takesSet,
} from './attachedSets';
import {
  ApiListener,
  ListenerParent,
  listenersOf,
  readListeners,
} from './listeners';

const LISTENERS_OF_SET = new Family();

/**
 * Listeners of a ListenerSet, on the proxies of its Gateway. None where it cannot be read, or where the Gateway
 * does not take it.
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
      const parent: ListenerParent = { kind: 'ListenerSet', namespace, name };
      return readListeners(mesh, gateway, parent, listenersInSet(stored));
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

/** Listeners on a Gateway's proxies: its own, then those of ListenerSets. */
export function allListenersOf(
  mesh: Mesh,
  namespace: string,
  name: string,
): ApiListener[] {
  return [
    ...listenersOf(mesh, namespace, name),
    ...attachedSets(mesh, { namespace, name }).flatMap(set =>
      listenersOfSet(mesh, set.namespace, set.name),
    ),
  ];
}
