import { nameOf, refOf } from '../parse';
import { ServiceSpec } from '../parse/specs';
import { isGatewayRef, parentsOf, routesTo } from './gatewayApi/routes';
import { destinationKey, resolveServiceHost } from './hosts';
import { stringList, stringRecord } from './labels';
import type { Mesh, Stored } from './Mesh';
import { pushTo } from '../multimap';
import { perObject } from '../queries/perObject';
import { Family, sameItems } from '../queries/queries';
import type { Tail } from './tails';
import { unresolvedWayIn } from './unresolved';
import { gatewaysOf, virtualServicesTo } from './virtualServices';
import type { ResolvedWayIn } from './waysIn';
import { selectWorkloads } from './workloads';

const SERVICE_ENTRIES_THERE = new Family();
const SERVICE_ENTRIES_FOR = new Family();
const SERVICE_ENTRY_INDEX = new Family();

interface ServiceEntrySpec {
  hosts?: unknown;
  workloadSelector?: { labels?: unknown };
  endpoints?: { address?: unknown }[];
}

interface Entry {
  stored: Stored;
  hosts: readonly string[];
  /** Labels of the Pods that are its endpoints. */
  selector: Record<string, string> | undefined;
  /** Services that its endpoints name, as `namespace/name`. */
  services: ReadonlySet<string>;
}

/**
 * Ways by routes to a ServiceEntry that stands for the Service: its host, its Pods, or its name as
 * an endpoint. What such an entry makes of ports and identities is not followed, so they are unknown.
 */
export function serviceEntryWaysIn(
  mesh: Mesh,
  service: Stored,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  return entriesFor(mesh, service).flatMap(({ stored, hosts }) => {
    const entry = refOf(stored.resource);
    const label = `ServiceEntry ${entry.namespace}/${entry.name}`;
    const unresolved = (route: Stored, host: string) => {
      const ref = refOf(route.resource);
      return unresolvedWayIn(
        service,
        ref,
        tails,
        `gw.${entry.namespace}.${entry.name}`,
        `${nameOf(
          ref,
        )} routes to ${host} of ${label}, which leads to this Service's Pods in a way that the engine does not follow`,
      );
    };
    return hosts.flatMap(host =>
      routesByGateways(mesh, host).map(route => unresolved(route, host)),
    );
  });
}

function routesByGateways(mesh: Mesh, host: string): Stored[] {
  const key = destinationKey(host, '');
  return [
    ...virtualServicesTo(mesh, key).filter(
      route => gatewaysOf(route).length > 0,
    ),
    ...routesTo(mesh, key).filter(route => parentsOf(route).some(isGatewayRef)),
  ];
}

const NO_ENTRIES: readonly Entry[] = [];

function entriesFor(mesh: Mesh, service: Stored): readonly Entry[] {
  const { namespace, name } = service;
  // Most meshes have none: then nothing is kept for each Service.
  const some = mesh.queries.getOne(
    SERVICE_ENTRIES_THERE,
    () => mesh.all('ServiceEntry').length > 0,
  );
  if (!some) return NO_ENTRIES;
  const key = `${namespace}/${name}`;
  return mesh.queries.get(
    SERVICE_ENTRIES_FOR,
    key,
    () => {
      const stored = mesh.stored('Service', namespace, name) ?? service;
      const spec = (stored.resource.spec ?? {}) as ServiceSpec;
      const selector = stringRecord(spec.selector);
      const { named, selecting } = indexEntries(mesh);
      const found = new Set(named.get(key) ?? []);
      for (const entry of selecting.get(namespace) ?? []) {
        if (mayShare(mesh, namespace, selector, entry.selector ?? {})) {
          found.add(entry);
        }
      }
      return [...found];
    },
    sameItems,
  );
}

/**
 * Whether some Pod could have the labels of both selectors: where they name no label in common, some
 * Pod does.
 */
function mayShare(
  mesh: Mesh,
  namespace: string,
  a: Record<string, string>,
  b: Record<string, string>,
): boolean {
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  if (keys.length === 0 || others.length === 0) return false;
  const shared = keys.filter(key => key in b);
  return shared.length > 0
    ? shared.every(key => a[key] === b[key])
    : selectWorkloads(mesh, namespace, { ...a, ...b }).length > 0;
}

const readEntry = perObject((stored: Stored): Entry => {
  const { namespace, resource } = stored;
  const spec = (resource.spec ?? {}) as ServiceEntrySpec;
  const hosts = stringList(spec.hosts);
  const addresses = Array.isArray(spec.endpoints)
    ? stringList(spec.endpoints.map(item => item?.address))
    : [];
  const services = new Set<string>();
  for (const host of [...hosts, ...addresses]) {
    const service = host.includes('.')
      ? resolveServiceHost(host, namespace)
      : undefined;
    if (service) services.add(`${service.namespace}/${service.name}`);
  }
  return {
    stored,
    hosts,
    services,
    selector: spec.workloadSelector
      ? stringRecord(spec.workloadSelector.labels)
      : undefined,
  };
});

function indexEntries(mesh: Mesh): {
  named: Map<string, Entry[]>;
  selecting: Map<string, Entry[]>;
} {
  return mesh.queries.getOne(SERVICE_ENTRY_INDEX, () => {
    const named = new Map<string, Entry[]>();
    const selecting = new Map<string, Entry[]>();
    for (const stored of mesh.all('ServiceEntry')) {
      const entry = readEntry(stored);
      const { namespace } = stored;
      for (const key of entry.services) pushTo(named, key, entry);
      if (entry.selector) pushTo(selecting, namespace, entry);
    }
    return { named, selecting };
  });
}
