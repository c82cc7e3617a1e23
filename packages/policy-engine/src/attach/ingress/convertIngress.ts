import {
  GatewayServerSpec,
  HttpRouteSpec,
  IngressPathSpec,
  IngressSpec,
  StringMatchSpec,
} from '../../parse/specs';
import { segmentMatches, trimSlash } from '../segments';
import type { Stored } from '../Stored';

/** Servers of the Gateway that istiod makes of an Ingress (convertIngressV1alpha3). */
export function convertServers({ resource }: Stored): GatewayServerSpec[] {
  const { tls = [] } = (resource.spec ?? {}) as IngressSpec;
  const secure = tls
    .filter(({ secretName }) => secretName)
    .map(
      ({ hosts = [] }, index): GatewayServerSpec => ({
        port: { number: 443, protocol: 'HTTPS', name: `https-${index}` },
        hosts: hosts.length > 0 ? hosts : ['*'],
        tls: { mode: 'SIMPLE' },
      }),
    );
  const port = { number: 80, protocol: 'HTTP', name: 'http' };
  return [...secure, { port, hosts: ['*'] }];
}

/**
 * Routes of the rules that an Ingress has for a host. With those of other Ingresses for it they go by the length of
 * their paths, exact ones first, and else as they came (convertIngressRule, sortHTTPRoutes).
 *
 * @param findPort - number of a Service's port by its name
 */
export function convertRules(
  { namespace, resource }: Stored,
  wanted: string,
  findPort: (service: string, port: string) => number | undefined,
): HttpRouteSpec[] {
  const { rules = [] } = (resource.spec ?? {}) as IngressSpec;
  return rules
    .filter(({ host }) => (host || '*') === wanted)
    .flatMap(({ http }) => http?.paths ?? [])
    .flatMap(path => {
      const { service } = path.backend;
      if (!service) return [];
      const { number, name = '' } = service.port ?? {};
      const port = number || findPort(service.name, name);
      if (port === undefined) return [];
      const host = `${service.name}.${namespace}.svc.cluster.local`;
      const route = [{ destination: { host, port: { number: port } } }];
      const uri = readPath(path);
      return spread(uri).map(
        (each): HttpRouteSpec => ({
          route,
          precedence: rankOf(uri),
          ...(each ? { match: [{ uri: each }] } : {}),
        }),
      );
    });
}

/** Undefined for every path. */
function readPath({
  path = '',
  pathType,
}: IngressPathSpec): StringMatchSpec | undefined {
  if (pathType === 'Exact') return { exact: path };
  if (pathType === 'Prefix') return { prefix: path };
  if (['', '*', '/*', '.*'].includes(path)) return undefined;
  const start = /^(.*)(?:\.\*|\/\*)$/s.exec(path)?.[1];
  return start === undefined ? { exact: path } : { prefix: start };
}

function rankOf(uri: StringMatchSpec | undefined): readonly number[] {
  if (!uri) return [0, 0];
  return 'exact' in uri
    ? [uri.exact.length, 1]
    : [(uri as { prefix: string }).prefix.length, 0];
}

function spread(
  uri: StringMatchSpec | undefined,
): (StringMatchSpec | undefined)[] {
  if (!uri || !('prefix' in uri)) return [uri];
  return segmentMatches(trimSlash(uri.prefix));
}

/**
 * A path of which Istio makes a prefix that Envoy refuses, with all the routes of its port; undefined for none
 * (`path_separated_prefix` of Envoy's RouteMatch: nothing empty, no `?`, no `#`, no slash at its end).
 */
export function findRefusedPath({ resource }: Stored): string | undefined {
  const { rules = [] } = (resource.spec ?? {}) as IngressSpec;
  return rules
    .flatMap(({ http }) => http?.paths ?? [])
    .find(item => {
      const uri = readPath(item);
      return (
        uri &&
        'prefix' in uri &&
        uri.prefix !== '/' &&
        !/^[^?#]+[^?#/]$/.test(trimSlash(uri.prefix))
      );
    })?.path;
}
