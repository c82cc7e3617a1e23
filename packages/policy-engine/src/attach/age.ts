import { compareText } from '../compareText';
import type { Stored } from './Stored';

export function sortByAge(list: readonly Stored[]): Stored[] {
  return [...list].sort(compareByAge);
}

/** Those that may be the oldest: several where not all have a time, as in files. */
export function listOldest(list: readonly Stored[]): Stored[] {
  const sorted = sortByAge(list);
  const timed = sorted.findIndex(stored => createdAt(stored) !== '');
  return timed < 0 ? sorted : sorted.slice(0, timed + 1);
}

/** Istio's order of its own resources: oldest first, then by name, then by namespace. */
export function compareByAge(a: Stored, b: Stored): number {
  return (
    compareAge(a, b) ||
    compareText(a.name, b.name) ||
    compareText(a.namespace, b.namespace)
  );
}

/**
 * In Istio's order of routes of the Gateway API: oldest first, then by namespace, then by name with what Istio puts
 * behind it, so that `shop-v2` comes before `shop` (`sortRoutesByCreationTime`).
 */
export function sortRoutesByAge(list: readonly Stored[]): Stored[] {
  return [...list].sort(
    (a, b) =>
      compareAge(a, b) ||
      compareText(a.namespace, b.namespace) ||
      compareText(`${a.name}~`, `${b.name}~`),
  );
}

/**
 * Istio's order of TCPRoutes and TLSRoutes, whose names it makes `name~tcp~…` and `name~tls~…`: oldest first, then by
 * that, then by namespace.
 */
export function compareConnectionRoutes(a: Stored, b: Stored): number {
  const [one, other] = [a, b].map(connectionName);
  return (
    compareAge(a, b) ||
    compareText(one, other) ||
    compareText(a.namespace, b.namespace)
  );
}

/** What of the name that Istio gives one is known here: behind it comes a number. */
export function connectionName({ name, resource: { kind } }: Stored): string {
  return `${name}~${kind === 'TCPRoute' ? 'tcp' : 'tls'}~`;
}

/** What has no time counts as the oldest. Times of one format (RFC 3339, in UTC) sort as texts. */
function compareAge(a: Stored, b: Stored): number {
  return compareText(createdAt(a), createdAt(b));
}

/** Empty where it is not known. */
export function createdAt({ resource }: Stored): string {
  const time: unknown = resource.metadata.creationTimestamp;
  return typeof time === 'string' ? time : '';
}
