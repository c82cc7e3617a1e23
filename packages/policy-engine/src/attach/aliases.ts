import {
  DestinationSpec,
  HttpRouteSpec,
  L4RouteSpec,
  ServiceSpec,
  VirtualServiceSpec,
} from '../parse/specs';
import { Family, sameData } from '../queries/queries';
import { destinationKey, resolveServiceHost } from './hosts';
import { stringList } from './labels';
import { mapDestinations } from './mapDestinations';
import type { Mesh } from './Mesh';

const ALIASES = new Family();

/** What an ExternalName Service stands for. */
interface Alias {
  host: string;
  /** Of the ExternalName Service, where it has one. */
  port?: number;
}

/** By `namespace/name`. */
type Aliases = Readonly<Record<string, Alias>>;

const NO_ALIASES: Aliases = {};

/**
 * ExternalName Services: Istio sends what is routed to them to the host that they name, a Service of the mesh
 * or a ServiceEntry, and does not follow a second one (its GetDestinationCluster).
 */
function aliasesIn(mesh: Mesh): Aliases {
  return mesh.queries.getOne(ALIASES, () => findAliases(mesh), sameData);
}

export function hasAliases(mesh: Mesh): boolean {
  return aliasesIn(mesh) !== NO_ALIASES;
}

function findAliases(mesh: Mesh): Aliases {
  const found: [string, Alias][] = [];
  let entryHosts: ReadonlySet<string> | undefined;
  // Istio knows no host but a Service's in full, or a ServiceEntry's.
  const isKnown = (host: string) =>
    /\.svc\..+$/.test(host) ||
    (host.includes('.') && (entryHosts ??= hostsOfEntries(mesh)).has(host));
  for (const { namespace, name, resource, errors } of mesh.each('Service')) {
    const spec = (resource.spec ?? {}) as ServiceSpec;
    if (spec.type !== 'ExternalName' || errors.length > 0) continue;
    const { externalName: host = '', ports } = spec;
    if (!isKnown(host)) continue;
    const port = ports?.length === 1 ? { port: ports[0].port } : {};
    found.push([`${namespace}/${name}`, { host, ...port }]);
  }
  // In nearly every mesh.
  if (found.length === 0) return NO_ALIASES;
  found.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(found);
}

function hostsOfEntries(mesh: Mesh): ReadonlySet<string> {
  const hosts = new Set<string>();
  for (const { resource } of mesh.each('ServiceEntry')) {
    const spec = (resource.spec ?? {}) as { hosts?: unknown };
    for (const host of stringList(spec.hosts)) hosts.add(host);
  }
  return hosts;
}

/** The destination that is meant by a Service, if it is an alias; both as routes are found by them. */
export function aliasedBy(mesh: Mesh, service: string): string | undefined {
  const alias = find(aliasesIn(mesh), service);
  return alias && destinationKey(alias.host, '');
}

/** The Service that a Service stands for; itself where it is no alias of one. */
export function serviceMeantBy(
  mesh: Mesh,
  service: { namespace: string; name: string },
): { namespace: string; name: string } {
  const { namespace, name } = service;
  const alias = find(aliasesIn(mesh), `${namespace}/${name}`);
  return (alias && resolveServiceHost(alias.host, '')) ?? { namespace, name };
}

/** A destination as Istio understands it. @param namespace - that short names belong to */
export function followAlias(
  mesh: Mesh,
  destination: DestinationSpec['destination'],
  namespace: string,
): DestinationSpec['destination'] {
  return follow(aliasesIn(mesh), destination, namespace);
}

/** A VirtualService with the Services that its aliases stand for; the same object where it has none. */
export function followAliases(
  mesh: Mesh,
  spec: VirtualServiceSpec,
  namespace: string,
): VirtualServiceSpec {
  const aliases = aliasesIn(mesh);
  if (aliases === NO_ALIASES) return spec;
  let isChanged = false;
  const routed = <T extends HttpRouteSpec | L4RouteSpec>(rules: T[]) =>
    rules.map(rule =>
      mapDestinations(rule, destination => {
        const followed = follow(aliases, destination, namespace);
        if (followed !== destination) isChanged = true;
        return followed;
      }),
    );
  const { http, tcp, tls } = spec;
  const followed = {
    ...spec,
    ...(http ? { http: routed(http) } : {}),
    ...(tcp ? { tcp: routed(tcp) } : {}),
    ...(tls ? { tls: routed(tls) } : {}),
  };
  return isChanged ? followed : spec;
}

function follow(
  aliases: Aliases,
  destination: DestinationSpec['destination'],
  namespace: string,
): DestinationSpec['destination'] {
  const service = resolveServiceHost(destination.host, namespace);
  const alias =
    service && find(aliases, `${service.namespace}/${service.name}`);
  if (!alias) return destination;
  const { host, port } = alias;
  return {
    ...destination,
    host,
    ...(destination.port || port === undefined
      ? {}
      : { port: { number: port } }),
  };
}

function find(aliases: Aliases, service: string): Alias | undefined {
  return aliases !== NO_ALIASES && Object.hasOwn(aliases, service)
    ? aliases[service]
    : undefined;
}
