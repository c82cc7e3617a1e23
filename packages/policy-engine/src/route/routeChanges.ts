import { WayIn } from '../model';
import {
  DestinationSpec,
  HeaderOperationsSpec,
  HttpRouteSpec,
} from '../parse/specs';
import { resolveServiceHost } from '../attach/hosts';

export type HeaderOperations = NonNullable<HeaderOperationsSpec['request']>;

/** What a route makes of the headers and the host of requests that go to one destination. */
export interface RouteChanges {
  /** The host that takes the place of the client's. */
  authority?: string;
  /**
   * Operations on headers, as Envoy carries them out: one pass after the other, and in each of them what is
   * removed first, then what is set, then what is added.
   */
  passes: readonly (readonly HeaderOperations[])[];
}

const NO_CHANGES: readonly RouteChanges[] = [{ passes: [] }];

/**
 * The changes of a route, as Istio translates them: those of the route and of the destination are one pass
 * where the route has one destination; with several, those of the chosen one come before those of the route.
 * A host of the route goes before one of the destination.
 *
 * @param namespace - of the route
 * @param destination - where requests go; undefined for wherever the route leads
 * @returns several where it is left to chance which share of the route a request becomes part of
 */
export function changesOf(
  { headers, rewrite, route: shares = [] }: HttpRouteSpec,
  namespace: string,
  destination?: WayIn['destination'],
): readonly RouteChanges[] {
  const edits = shares.some(share => share.headers);
  if (!headers && !rewrite?.authority && !edits) return NO_CHANGES;
  const isSplit = shares.length > 1;
  const used = isSplit ? shares.filter(({ weight }) => weight) : shares;
  const leading = used.filter(share => leadsTo(share, namespace, destination));
  // Copies of requests go on as the requests do.
  const ways = leading.length > 0 ? leading : used;
  const all = headers?.request ?? {};
  return differing(ways.map(way => way.headers?.request ?? {})).map(own => {
    const authority =
      rewrite?.authority || authorityIn(all) || authorityIn(own) || undefined;
    return {
      ...(authority === undefined ? {} : { authority }),
      passes: isSplit ? [[own], [all]] : [[all, own]],
    };
  });
}

/** Those that are written differently; one that changes nothing where there is none. */
function differing(list: readonly HeaderOperations[]): HeaderOperations[] {
  const byText = new Map(list.map(each => [JSON.stringify(each), each]));
  return byText.size > 0 ? [...byText.values()] : [{}];
}

function leadsTo(
  { destination: { host, port } }: DestinationSpec,
  namespace: string,
  wanted: WayIn['destination'],
): boolean {
  if (!wanted) return true;
  const service = resolveServiceHost(host, namespace);
  return (
    service !== undefined &&
    service.namespace === wanted.namespace &&
    service.name === wanted.name &&
    (port?.number === undefined || port.number === wanted.port)
  );
}

/** Istio makes a host of what is set, or else added, under the names of the host's header. */
function authorityIn({ set, add }: HeaderOperations): string | undefined {
  const find = (map: Record<string, string> = {}) =>
    Object.entries(map).find(([name]) => isAuthority(name))?.[1];
  return find(set) || find(add);
}

function isAuthority(name: string): boolean {
  return /^(:authority|host)$/i.test(name);
}

/** Headers that Istio leaves out of operations. */
export function isInternalHeader(name: string): boolean {
  return name.startsWith(':') || isAuthority(name);
}
