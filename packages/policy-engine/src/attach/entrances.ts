import { ServiceSpec } from '../parse/specs';
import { pushTo } from '../multimap';
import { Family, sameData, sameItems } from '../queries/queries';
import { portsOfEntry } from './entryPorts';
import {
  intersectHosts,
  inUsualDomain,
  isSubsetHost,
  resolveServiceHost,
} from './hosts';
import { GATEWAY_API_GATEWAY } from './kindKeys';
import { stringList } from './labels';
import type { Mesh } from './Mesh';
import { PortProtocol, protocolOf } from './servicePorts';
import type { Stored } from './Stored';
import { Waypoint, waypointOf, waypointOfEntry } from './waypoints';

const SERVICES_UNDER = new Family();
const ENTRIES_THERE = new Family();
const ENTRIES_UNDER = new Family();
const ENTRIES_BY_HOST = new Family();

/** What callers in ambient mode ask for, and whose routes its waypoint follows: a Service or a ServiceEntry. */
export interface Entrance {
  /** A part of ids. */
  id: string;
  namespace: string;
  host: string;
  waypoint: Extract<Waypoint, { kind: 'waypoint' }>;
  ports: readonly { port: number; protocol: PortProtocol }[];
}

/** The Service as an entrance; none without a waypoint. */
export function entranceOfService(
  mesh: Mesh,
  namespace: string,
  name: string,
): Entrance[] {
  const stored = mesh.stored('Service', namespace, name);
  if (!stored || stored.errors.length > 0) return [];
  const waypoint = waypointOf(mesh, stored);
  if (waypoint.kind === 'none') return [];
  const { ports = [] } = (stored.resource.spec ?? {}) as ServiceSpec;
  return [
    {
      id: `${namespace}.${name}`,
      namespace,
      host: hostOf(stored),
      waypoint,
      ports: ports.flatMap(port => {
        const protocol = protocolOf(port);
        return protocol ? [{ port: port.port, protocol }] : [];
      }),
    },
  ];
}

/** A ServiceEntry as entrances by its hosts; none without a waypoint. */
export function entrancesOfEntry(
  mesh: Mesh,
  entry: Stored | undefined,
  asked = '*',
): Entrance[] {
  if (!entry) return [];
  const waypoint = waypointOfEntry(mesh, entry);
  if (waypoint.kind === 'none') return [];
  const { namespace, name } = entry;
  const host = hostsOf(entry).find(
    item => intersectHosts(item, asked) !== undefined,
  );
  if (host === undefined) return [];
  const id = `entry.${namespace}.${name}`;
  return [{ id, namespace, host, waypoint, ports: portsOfEntry(entry) }];
}

/**
 * Entrances that a host of a VirtualService stands for (host.Name.Matches, in Istio's
 * getVirtualServiceForWaypoint).
 *
 * @param namespace - of the VirtualService
 */
export function entrancesByHost(
  mesh: Mesh,
  host: string,
  namespace: string,
): Entrance[] {
  const service = host.startsWith('*')
    ? undefined
    : resolveServiceHost(host, namespace);
  const whole = service
    ? `${service.name}.${service.namespace}.svc.cluster.local`
    : host;
  const services = service
    ? [service]
    : servicesUnder(mesh, inUsualDomain(host)).map(key => {
        const [place, name] = key.split('/');
        return { namespace: place, name };
      });
  return [
    ...services.flatMap(item =>
      entranceOfService(mesh, item.namespace, item.name),
    ),
    ...entriesUnder(mesh, whole).flatMap(entry =>
      entrancesOfEntry(mesh, entry, whole),
    ),
  ];
}

/** Services with a waypoint whose hosts a wildcard stands for, as `namespace/name`. */
function servicesUnder(mesh: Mesh, wildcard: string): readonly string[] {
  if (!wildcard.startsWith('*')) return [];
  return mesh.queries.get(
    SERVICES_UNDER,
    wildcard,
    () => {
      const found: string[] = [];
      // In most meshes no waypoint could be there at all.
      if (mesh.namespacesOf(GATEWAY_API_GATEWAY).length === 0) return found;
      for (const service of mesh.each('Service')) {
        if (!isSubsetHost(hostOf(service), wildcard)) continue;
        if (waypointOf(mesh, service).kind === 'none') continue;
        found.push(`${service.namespace}/${service.name}`);
      }
      return found.sort();
    },
    sameData,
  );
}

const NO_ENTRIES: readonly Stored[] = [];

/** ServiceEntries with a host that has some name in common with one. */
function entriesUnder(mesh: Mesh, host: string): readonly Stored[] {
  const some = mesh.queries.getOne(
    ENTRIES_THERE,
    () => mesh.namespacesOf('ServiceEntry').length > 0,
  );
  if (!some) return NO_ENTRIES;
  return mesh.queries.get(
    ENTRIES_UNDER,
    host,
    () => {
      const { exact, others } = indexEntries(mesh);
      const fits = (entry: Stored) =>
        hostsOf(entry).some(item => intersectHosts(item, host) !== undefined);
      return host.startsWith('*')
        ? mesh.all('ServiceEntry').filter(fits)
        : [...new Set([...(exact.get(host) ?? []), ...others.filter(fits)])];
    },
    sameItems,
  );
}

/** ServiceEntries by their hosts, and those with wildcards. */
function indexEntries(mesh: Mesh): {
  exact: ReadonlyMap<string, Stored[]>;
  others: readonly Stored[];
} {
  return mesh.queries.getOne(ENTRIES_BY_HOST, () => {
    const exact = new Map<string, Stored[]>();
    const others: Stored[] = [];
    for (const entry of mesh.all('ServiceEntry')) {
      const hosts = hostsOf(entry);
      for (const host of hosts) pushTo(exact, host, entry);
      if (hosts.some(host => host.startsWith('*'))) others.push(entry);
    }
    return { exact, others };
  });
}

function hostOf({ namespace, name }: Stored): string {
  return `${name}.${namespace}.svc.cluster.local`;
}

function hostsOf({ resource }: Stored): string[] {
  return stringList((resource.spec as { hosts?: unknown } | null)?.hosts);
}
