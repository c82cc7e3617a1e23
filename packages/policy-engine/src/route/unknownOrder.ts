import { createdAt } from '../attach/age';
import { isListenerKey } from '../attach/gatewayApi/listeners';
import { stringList } from '../attach/labels';
import type { Mesh } from '../attach/Mesh';
import type { Stored } from '../attach/Stored';
import { specOf } from '../attach/virtualServices';
import { rankOfExport } from '../attach/visibility';
import type { Tri } from '../match/tri';
import { sameData } from '../queries/queries';
import { candidatesOf, isCatchAll, type RouteCandidate } from './candidates';
import type { VirtualHost, VirtualHostEntry } from './routeTable';

/**
 * Whether nobody knows in which order istiod takes the VirtualServices of a virtual host: the oldest first, and in
 * files nothing says how old they are. Routes of the Gateway API go by what they match before they go by age.
 */
export function isOrderUnknown(
  mesh: Mesh,
  entries: readonly VirtualHostEntry[],
): boolean {
  const written = entries.filter(({ server }) => !isListenerKey(server.key));
  if (written.length < 2) return false;
  const [{ server }] = written;
  const isOneGateway = written.every(other => other.server.key === server.key);
  return written.some(
    entry =>
      createdAt(entry.stored) === '' ||
      !(isOneGateway || isGatewayTimed(mesh, entry)),
  );
}

function isGatewayTimed(mesh: Mesh, { server }: VirtualHostEntry): boolean {
  const { namespace, name } = server.gateway;
  const stored = mesh.stored('Gateway', namespace ?? '', name);
  return stored !== undefined && createdAt(stored) !== '';
}

/** The VirtualService whose route would be taken instead, if it came first and nobody knows whether it does. */
export function findRival(
  host: VirtualHost,
  taken: RouteCandidate,
  matches: (candidate: RouteCandidate) => Tri,
): Stored | undefined {
  if (!host.isOrderUnknown || isListenerKey(taken.server.key)) return undefined;
  return candidatesOf(host).find(
    other =>
      other.stored !== taken.stored &&
      !isListenerKey(other.server.key) &&
      isCatchAll(other) === isCatchAll(taken) &&
      rankIn(host, other) === rankIn(host, taken) &&
      !leadsAlike(other, taken) &&
      matches(other) !== false,
  )?.stored;
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
