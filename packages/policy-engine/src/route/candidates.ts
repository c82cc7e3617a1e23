import { isListenerKey } from '../attach/gatewayApi/listeners';
import { HttpMatchSpec, HttpRouteSpec } from '../parse/specs';
import type { GatewayServer } from '../attach/gateways';
import { resolveGatewayName } from '../attach/hosts';
import { includesLabels } from '../attach/labels';
import { isSameObject, Stored } from '../attach/Stored';
import { specOf } from '../attach/virtualServices';
import type { VirtualHost, VirtualHostEntry } from './routeTable';

/** One HTTP route with one of its match conditions. */
export interface RouteCandidate {
  stored: Stored;
  route: HttpRouteSpec;
  match: HttpMatchSpec | undefined;
  server: GatewayServer;
}

const known = new WeakMap<VirtualHost, readonly RouteCandidate[]>();

/** Routes of a virtual host in Envoy's order: catch-all routes go last. */
export function candidatesOf(host: VirtualHost): readonly RouteCandidate[] {
  let found = known.get(host);
  if (!found) known.set(host, (found = listCandidates(host)));
  return found;
}

function listCandidates(host: VirtualHost): RouteCandidate[] {
  if (host.entries.length === 1) {
    const only = candidatesIn(host, host.entries[0]);
    if (only.length === 1) return only;
  }
  const groups = new Map<unknown, RouteCandidate[]>();
  for (const entry of host.entries) {
    const key = mergeKeyOf(entry) ?? entry;
    const list = groups.get(key) ?? [];
    list.push(...candidatesIn(host, entry));
    groups.set(key, list);
  }
  const listed = [...groups.values()].flatMap(group =>
    untilCatchAll(group.sort(comparePrecedence), host.isOrderUnknown),
  );
  return [
    ...listed.filter(candidate => !isCatchAll(candidate)),
    ...listed.filter(isCatchAll),
  ];
}

/** Whether HTTPRoutes and GRPCRoutes are merged for a virtual host. */
export function mixesKinds({ entries }: VirtualHost): boolean {
  if (entries.length < 2) return false;
  const kinds = new Map<string, string>();
  return entries.some(entry => {
    const key = mergeKeyOf(entry);
    if (key === undefined) return false;
    const { kind } = entry.stored.resource;
    const first = kinds.get(key) ?? kind;
    kinds.set(key, first);
    return first !== kind;
  });
}

/**
 * Gateway API routes of one listener and host are merged, whatever their kind, and sorted by how much they tell; rules
 * of Ingresses of one host by the length of their paths.
 */
export function mergeKeyOf({
  stored,
  server,
}: Pick<VirtualHostEntry, 'stored' | 'server'>): string | undefined {
  const isMerged =
    isListenerKey(server.key) || stored.resource.kind === 'Ingress';
  if (!isMerged) return undefined;
  const [host] = specOf(stored).hosts ?? [];
  return `${server.key}/${host}`;
}

/**
 * Whether istiod makes any route of a VirtualService for a server; where not, it leaves out the hosts too.
 * What cannot be read may have some.
 */
export function hasRoutes(
  entry: VirtualHostEntry,
  proxy: Pick<VirtualHost, 'labels' | 'namespace'>,
): boolean {
  return (
    entry.stored.errors.length > 0 || candidatesIn(proxy, entry).length > 0
  );
}

function candidatesIn(
  host: Pick<VirtualHost, 'labels' | 'namespace'>,
  { stored, server }: VirtualHostEntry,
): RouteCandidate[] {
  if (stored.errors.length > 0) return [];
  return (specOf(stored).http ?? []).flatMap(route => {
    const matches = route.match?.length ? route.match : [undefined];
    return matches

      .filter(match => appliesTo(match, stored, server, host))
      .map((match): RouteCandidate => ({ stored, route, match, server }));
  });
}

/**
 * What stands behind a catch-all route of the same VirtualService is never sent to Envoy. Of those that tell as much,
 * the one that is sent may be another.
 */
function untilCatchAll(
  candidates: RouteCandidate[],
  isOrderUnknown = false,
): RouteCandidate[] {
  const end = candidates.findIndex(isCatchAll);
  if (end < 0) return candidates;
  const last = candidates[end];
  return candidates.filter(
    (candidate, index) =>
      index <= end ||
      (isOrderUnknown &&
        !isSameObject(candidate.stored, last.stored) &&
        isCatchAll(candidate) &&
        comparePrecedence(candidate, last) === 0),
  );
}

/** Higher precedence first; routes of VirtualServices have none and keep their order. */
export function comparePrecedence(
  a: RouteCandidate,
  b: RouteCandidate,
): number {
  const left = a.route.precedence ?? [];
  const right = b.route.precedence ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] !== right[i]) return right[i] - left[i];
  }
  return 0;
}

export function isCatchAll({ match }: RouteCandidate): boolean {
  return match === undefined || isMatchEmpty(match);
}

function appliesTo(
  match: HttpMatchSpec | undefined,
  stored: Stored,
  server: GatewayServer,
  { labels, namespace: viewer }: Pick<VirtualHost, 'labels' | 'namespace'>,
): boolean {
  if (!match) return true;
  if (match.port !== undefined && match.port !== server.port) return false;
  if (match.gateways?.length) {
    const { namespace = '' } = stored.resource.metadata;
    const own = `${server.gateway.namespace}/${server.gateway.name}`;
    return match.gateways.some(
      name => resolveGatewayName(name, namespace) === own,
    );
  }
  return (
    includesLabels(labels, match.sourceLabels ?? {}) &&
    (!match.sourceNamespace || match.sourceNamespace === viewer)
  );
}

function isMatchEmpty(match: HttpMatchSpec): boolean {
  const {
    uri,
    method,
    authority,
    scheme,
    headers,
    withoutHeaders,
    queryParams,
  } = match;
  const prefix = uri && 'prefix' in uri ? uri.prefix : undefined;
  const regex = uri && 'regex' in uri ? uri.regex : undefined;
  // Istio starts from a prefix of `/`, and an empty condition leaves that.
  const anyPath =
    !uri || Object.keys(uri).length === 0 || prefix === '/' || regex === '.*';
  return (
    anyPath &&
    !method &&
    !authority &&
    !scheme &&
    Object.keys({ ...headers, ...withoutHeaders, ...queryParams }).length === 0
  );
}
