import { ProxyRef, ProxyRequest, ResourceRef } from '../model';
import { nameOf, refOf } from '../parse';
import { HttpRouteSpec, ServiceSpec, StringMatchSpec } from '../parse/specs';
import { Mesh } from '../attach/Mesh';
import { destinationsOf, mirrorsOf } from '../attach/virtualServices';
import { proxySettingsOf } from '../attach/proxySettings';
import { Facts, readFacts } from '../decide/facts';
import { matchesHttp } from './matchHttp';
import { candidatesOf, type RouteCandidate } from './candidates';
import { forwardedProto } from './forwardedProto';
import { findVirtualHost } from './routeTable';
import { findRival } from './unknownOrder';

/** A Service and the port of it that requests go to. @public */
export interface RouteTarget {
  service: { namespace: string; name: string };
  port: number;
}

/** Where a gateway sends a request that its policies let through. @public */
export type RouteMatch =
  | ({
      kind: 'service';
      route: ResourceRef;
      /** Other Services that get a share or a copy of such requests. */
      alternatives?: RouteTarget[];
    } & RouteTarget)
  | { kind: 'redirect'; status: number; location?: string }
  | { kind: 'direct-response'; status: number }
  | { kind: 'not-found' }
  | { kind: 'unknown'; reason: string };

/** A {@link RouteMatch} with the route that was chosen. */
export type FoundRoute = RouteMatch & {
  spec?: HttpRouteSpec;
  uriPrefix?: string;
};

/**
 * Where a gateway sends an HTTP request. Says nothing of whether its policies let it through: RBAC
 * runs before routes, redirects and 404s.
 *
 * @param request - `port` is the port that the gateway listens on
 * @public
 */
export function matchRoute(
  mesh: Mesh,
  proxy: ProxyRef,
  request: ProxyRequest,
): RouteMatch {
  const { spec, uriPrefix, ...match } = findRoute(
    mesh,
    proxy,
    request,
    readFacts(request, proxySettingsOf(mesh, proxy)),
  );
  return match;
}

const PERHAPS_TRUSTED =
  'Pods of the gateway differ in whether they trust X-Forwarded-Proto (numTrustedProxies), by which they redirect to HTTPS';

/** Virtual hosts found before, for many requests to one way in. */
export type VirtualHosts = Map<string, ReturnType<typeof findVirtualHost>>;

/** @internal */
export function findRoute(
  mesh: Mesh,
  proxy: ProxyRef,
  request: ProxyRequest,
  facts: Facts,
  known: VirtualHosts = new Map(),
): FoundRoute {
  const host = withoutPort(facts.host ?? '');
  const key = `${host} ${facts.sni ?? ''}`;
  const found = known.has(key)
    ? known.get(key)
    : findVirtualHost(mesh, proxy, request.port, host, facts.sni);
  known.set(key, found);
  if (found === 'no-listener' || found === undefined) {
    return { kind: 'not-found' };
  }
  if (found.doubt !== undefined)
    return { kind: 'unknown', reason: found.doubt };
  const proto = forwardedProto(found.isTls, facts);
  if (found.httpsRedirect && proto === undefined) {
    return { kind: 'unknown', reason: PERHAPS_TRUSTED };
  }
  if (found.httpsRedirect && proto !== 'https') {
    const location = `https://${host}${request.path ?? '/'}`;
    return { kind: 'redirect', status: 301, location };
  }
  const broken = found.entries.find(({ stored }) => stored.errors.length > 0);
  if (broken) {
    return {
      kind: 'unknown',
      reason: `${nameOf(refOf(broken.stored.resource))} is malformed`,
    };
  }
  for (const candidate of candidatesOf(found)) {
    const { stored, route, match } = candidate;
    const matched = matchesHttp(match, facts, proto);
    if (matched === 'unknown') {
      const reason = `whether a route of ${nameOf(
        refOf(stored.resource),
      )} matches depends on the scheme, on claims that are not known, on a header that Envoy writes itself, or on one that its versions treat differently`;
      return { kind: 'unknown', reason };
    }
    if (matched) {
      const rival = findRival(mesh, found, candidate, other =>
        matchesHttp(other.match, facts, proto),
      );
      if (rival) {
        const [one, other] = [stored, rival].map(each =>
          nameOf(refOf(each.resource)),
        );
        return {
          kind: 'unknown',
          reason: `${one} and ${other} both have a route for such a request, and which of them is the older, whose is taken, is not known`,
        };
      }
      return {
        ...followRoute(mesh, candidate, request),
        spec: route,
        uriPrefix: route.rewrite?.isWholePath
          ? undefined
          : prefixOf(match?.uri),
      };
    }
  }
  return { kind: 'not-found' };
}

/** What of a path a rewrite takes away: all of it where nothing is said of a prefix. */
function prefixOf(uri: StringMatchSpec | undefined): string | undefined {
  if (!uri) return '/';
  if ('prefix' in uri) return uri.prefix;
  return 'exact' in uri || 'regex' in uri ? undefined : '/';
}

/** @internal Where a route that was chosen leads. */
export function followRoute(
  mesh: Mesh,
  { stored, route, server }: Omit<RouteCandidate, 'match'>,
  request: Pick<ProxyRequest, 'host' | 'path'>,
): RouteMatch {
  if (route.redirect) {
    const { uri, authority, scheme, port, redirectCode } = route.redirect;
    const host = authority ?? request.host ?? '';
    const origin = `${scheme ?? 'http'}://${
      port ? `${withoutPort(host)}:${port}` : host
    }`;
    const location = `${origin}${uri ?? request.path ?? '/'}`;
    return { kind: 'redirect', status: redirectCode ?? 301, location };
  }
  if (route.directResponse) {
    return { kind: 'direct-response', status: route.directResponse.status };
  }
  const shares = destinationsOf(stored, route.route).filter(
    ({ weight }) => weight > 0,
  );
  if (shares.length > 1) shares.sort((a, b) => b.weight - a.weight);
  shares.push(...mirrorsOf(stored, route));
  const targets: RouteTarget[] = [];
  for (const share of shares) {
    const service = { namespace: share.namespace, name: share.name };
    const port = share.port ?? portOf(mesh, service, server.port);
    if (port !== undefined) targets.push({ service, port });
  }
  const [first, ...alternatives] = targets;
  if (!first) {
    const reason = `${nameOf(
      refOf(stored.resource),
    )} routes to no Service port that the engine knows`;
    return { kind: 'unknown', reason };
  }
  const others = alternatives.length > 0 ? { alternatives } : {};
  return {
    kind: 'service',
    ...first,
    route: refOf(stored.resource),
    ...others,
  };
}

/**
 * The port of a destination that names none: the only one of the Service, else that of the gateway's server
 * (Istio's GetDestinationCluster).
 */
function portOf(
  mesh: Mesh,
  service: { namespace: string; name: string },
  serverPort: number,
): number | undefined {
  const stored = mesh.stored('Service', service.namespace, service.name);
  const ports = (stored?.resource.spec as ServiceSpec | undefined)?.ports;
  if (!Array.isArray(ports)) return undefined;
  return ports.length === 1 ? ports[0].port : serverPort;
}

/** Envoy takes whatever stands behind the last colon for a port (`HeaderUtility::getPortStart`). */
function withoutPort(host: string): string {
  return host.replace(/:[^:\]]*$/, '');
}
