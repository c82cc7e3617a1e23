import { createdAt } from '../attach/age';
import { isListenerKey } from '../attach/gatewayApi/listeners';
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
 * Whether nobody knows in which order istiod takes the routes of a virtual host: the oldest first, and in files
 * nothing says how old they are.
 */
export function isOrderUnknown(
  mesh: Mesh,
  entries: readonly VirtualHostEntry[],
): boolean {
  const written = entries.filter(({ server }) => !isListenerKey(server.key));
  const converted = entries.filter(({ server }) => isListenerKey(server.key));
  const someAreUntimed =
    converted.length > 1 && converted.some(({ stored }) => !isTimed(stored));
  return someAreUntimed || isOrderOfWrittenUnknown(mesh, written);
}

function isOrderOfWrittenUnknown(
  mesh: Mesh,
  written: readonly VirtualHostEntry[],
): boolean {
  if (written.length < 2) return false;
  const [{ server }] = written;
  const isOneGateway = written.every(other => other.server.key === server.key);
  return written.some(
    entry =>
      !isTimed(entry.stored) || !(isOneGateway || isGatewayTimed(mesh, entry)),
  );
}

function isGatewayTimed(mesh: Mesh, { server }: VirtualHostEntry): boolean {
  const { namespace, name } = server.gateway;
  const stored = mesh.stored('Gateway', namespace ?? '', name);
  return stored !== undefined && isTimed(stored);
}

function isTimed(stored: Stored): boolean {
  return createdAt(stored) !== '';
}

/** The one whose route would be taken instead, if it came first and nobody knows whether it does. */
export function findRival(
  host: VirtualHost,
  taken: RouteCandidate,
  matches: (candidate: RouteCandidate) => Tri,
): Stored | undefined {
  if (!host.isOrderUnknown) return undefined;
  return candidatesOf(host).find(
    other =>
      !isSameObject(other.stored, taken.stored) &&
      mayChangePlaces(host, other, taken) &&
      !leadsAlike(other, taken) &&
      matches(other) !== false,
  )?.stored;
}

/** Routes of the Gateway API go by what they match before they go by age. */
function mayChangePlaces(
  host: VirtualHost,
  a: RouteCandidate,
  b: RouteCandidate,
): boolean {
  const [key, other] = [a, b].map(mergeKeyOf);
  if (key !== other || isCatchAll(a) !== isCatchAll(b)) return false;
  return key === undefined
    ? rankIn(host, a) === rankIn(host, b)
    : comparePrecedence(a, b) === 0 &&
        !(isTimed(a.stored) && isTimed(b.stored));
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
