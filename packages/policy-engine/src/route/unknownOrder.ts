import { createdAt } from '../attach/age';
import {
  isListenerKey,
  parseListenerKey,
} from '../attach/gatewayApi/listeners';
import type { GatewayServer } from '../attach/gateways';
import { GATEWAY_API_GATEWAY } from '../attach/kindKeys';
import { stringList } from '../attach/labels';
import type { Mesh } from '../attach/Mesh';
import { isSameObject, type Stored } from '../attach/Stored';
import { specOf } from '../attach/virtualServices';
import { rankOfExport } from '../attach/visibility';
import type { Tri } from '../match/tri';
import { sameData } from '../queries/queries';
import {
  candidatesOf,
  comparePrecedence,
  isCatchAll,
  mergeKeyOf,
  type RouteCandidate,
} from './candidates';
import type { VirtualHost, VirtualHostEntry } from './routeTable';

/**
 * Whether nobody knows in which order istiod takes the routes of a virtual host: the oldest first, of the oldest
 * Gateway first, and in files nothing says how old they are.
 */
export function isOrderUnknown(
  mesh: Mesh,
  entries: readonly VirtualHostEntry[],
): boolean {
  if (entries.length < 2) return false;
  const owners = new Set(entries.map(({ server }) => ownerOf(mesh, server)));
  const isUntimed = ({ stored }: VirtualHostEntry) => !isTimed(stored);
  return (
    entries.some(isUntimed) ||
    (owners.size > 1 && [...owners].some(owner => !owner || !isTimed(owner)))
  );
}

/** The Gateway or ListenerSet that a server is written in. */
function ownerOf(
  mesh: Mesh,
  { key, gateway }: GatewayServer,
): Stored | undefined {
  if (!isListenerKey(key)) {
    const { kind, namespace = '', name } = gateway;
    return mesh.stored(kind, namespace, name);
  }
  const { kind, namespace, name } = parseListenerKey(key);
  return mesh.stored(
    kind === 'Gateway' ? GATEWAY_API_GATEWAY : kind,
    namespace,
    name,
  );
}

function isTimed(stored: Stored): boolean {
  return createdAt(stored) !== '';
}

/** The one whose route would be taken instead, if it came first and nobody knows whether it does. */
export function findRival(
  mesh: Mesh,
  host: VirtualHost,
  taken: RouteCandidate,
  matches: (candidate: RouteCandidate) => Tri,
): Stored | undefined {
  if (!host.isOrderUnknown) return undefined;
  return candidatesOf(host).find(
    other =>
      !isSameObject(other.stored, taken.stored) &&
      mayChangePlaces(mesh, host, other, taken) &&
      !leadsAlike(other, taken) &&
      matches(other) !== false,
  )?.stored;
}

/** Given that the order of some is not known. */
function mayChangePlaces(
  mesh: Mesh,
  host: VirtualHost,
  a: RouteCandidate,
  b: RouteCandidate,
): boolean {
  if (isCatchAll(a) !== isCatchAll(b)) return false;
  const [one, two] = [a, b].map(({ server }) => ownerOf(mesh, server));
  if (one !== two) return !(one && two && isTimed(one) && isTimed(two));
  // Servers of one object come as they are written there, or by name.
  if (a.server.key !== b.server.key) return false;
  const [key, other] = [a, b].map(mergeKeyOf);
  if (key === undefined) return rankIn(host, a) === rankIn(host, b);
  // Those of the Gateway API go by what they match where they are for one host, before they go by age.
  return (
    key !== other ||
    (comparePrecedence(a, b) === 0 && !(isTimed(a.stored) && isTimed(b.stored)))
  );
}

function rankIn(
  { namespace }: VirtualHost,
  { stored }: RouteCandidate,
): number {
  const exportTo = stringList(specOf(stored).exportTo);
  return rankOfExport(exportTo, stored.namespace, namespace);
}

function leadsAlike(a: RouteCandidate, b: RouteCandidate): boolean {
  const [one, other] = [a, b].map(({ stored, route }) => ({
    ...route,
    match: undefined,
    name: undefined,
    // Short names of destinations are of the VirtualService's namespace.
    namespace: stored.namespace,
  }));
  return sameData(one, other);
}
