import {
  DestinationSpec,
  ServiceSpec,
  VirtualServiceSpec,
} from '../parse/specs';
import { Family, sameData } from '../queries/queries';
import { destinationKey, resolveServiceHost } from './hosts';
import { stringList } from './labels';
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

function findAliases(mesh: Mesh): Aliases {
  const found: [string, Alias][] = [];
  for (const { namespace, name, resource, errors } of mesh.each('Service')) {
    const spec = (resource.spec ?? {}) as ServiceSpec;
    if (spec.type !== 'ExternalName' || errors.length > 0) continue;
    const { externalName: host = '', ports } = spec;
    if (!isKnown(mesh, host)) continue;
    const port = ports?.length === 1 ? { port: ports[0].port } : {};
    found.push([`${namespace}/${name}`, { host, ...port }]);
  }
  // In nearly every mesh.
  if (found.length === 0) return NO_ALIASES;
  found.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(found);
}

/** Whether a host is a Service's in full, or a ServiceEntry's: Istio knows no other. */
function isKnown(mesh: Mesh, host: string): boolean {
  if (/\.svc\..+$/.test(host)) return true;
  if (!host.includes('.')) return false;
  for (const { resource } of mesh.each('ServiceEntry')) {
    const { hosts } = (resource.spec ?? {}) as { hosts?: unknown };
    if (stringList(hosts).includes(host)) return true;
  }
  return false;
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
  const one = <T extends DestinationSpec['destination']>(destination: T): T => {
    const followed = follow(aliases, destination, namespace);
    if (followed !== destination) isChanged = true;
    return followed as T;
  };
  const routed = <T extends { route?: DestinationSpec[] }>(rule: T): T =>
    rule.route
      ? {
          ...rule,
          route: rule.route.map(share => ({
            ...share,
            destination: one(share.destination),
          })),
        }
      : rule;
  const { http, tcp, tls } = spec;
  const followed = {
    ...spec,
    ...(http
      ? {
          http: http.map(rule => ({
            ...routed(rule),
            ...(rule.mirror ? { mirror: one(rule.mirror) } : {}),
            ...(rule.mirrors
              ? {
                  mirrors: rule.mirrors.map(mirror => ({
                    ...mirror,
                    destination: one(mirror.destination),
                  })),
                }
              : {}),
          })),
        }
      : {}),
    ...(tcp ? { tcp: tcp.map(routed) } : {}),
    ...(tls ? { tls: tls.map(routed) } : {}),
  };
  return isChanged ? followed : spec;
}

function follow<T extends DestinationSpec['destination']>(
  aliases: Aliases,
  destination: T,
  namespace: string,
): T {
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
  return Object.hasOwn(aliases, service) ? aliases[service] : undefined;
}
