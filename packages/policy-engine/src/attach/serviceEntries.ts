import { nameOf, refOf } from '../parse';
import { ServiceSpec } from '../parse/specs';
import { gatewayRoutesTo } from './gatewayApi/routeIndex';
import { serviceMeantBy } from './aliases';
import { workloadEntriesOf } from './backends';
import { destinationKey, isSubsetHost, resolveServiceHost } from './hosts';
import { includesLabels, stringList, stringRecord } from './labels';
import type { Mesh } from './Mesh';
import { AddressedPod, podsAt } from './podAddresses';
import type { Stored } from './Stored';
import { pushTo } from '../multimap';
import { perObject } from '../queries/perObject';
import { Family, sameData, sameItems } from '../queries/queries';
import type { Tail } from './tails';
import { unresolvedWayIn } from './unresolved';
import { gatewaysOf } from './virtualServiceIndex';
import { virtualServicesTo } from './virtualServices';
import type { ResolvedWayIn } from './waysIn';
import { selectWorkloads } from './workloads';

const SERVICE_ENTRIES_THERE = new Family();
const SERVICE_ENTRIES_FOR = new Family();
const SERVICE_ENTRY_INDEX = new Family();
const SERVICE_ENTRY_PODS = new Family();

interface ServiceEntrySpec {
  hosts?: unknown;
  workloadSelector?: { labels?: unknown };
  endpoints?: { address?: unknown }[];
}

/** A ServiceEntry that may stand for Services, or in front of their Pods. */
export interface Entry {
  stored: Stored;
  hosts: readonly string[];
  /** Labels of the Pods that are its endpoints. */
  selector: Record<string, string> | undefined;
  /** Services that its hosts and endpoints name, as `namespace/name`. */
  services: ReadonlySet<string>;
  /** Hosts with `*` that stand for Services. */
  wildcards: readonly string[];
  /** Of its endpoints; one may be the address of a Service, or of a Pod. */
  addresses: readonly string[];
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
    ...gatewayRoutesTo(mesh, key),
  ];
}

const NO_ENTRIES: readonly Entry[] = [];

/** ServiceEntries that may lead to a Service's Pods. */
export function entriesFor(mesh: Mesh, service: Stored): readonly Entry[] {
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
      const { named, selecting, wide, byAddress } = indexEntries(mesh);
      const found = new Set(named.get(key) ?? []);
      const host = `${name}.${namespace}.svc.cluster.local`;
      for (const entry of wide) {
        if (entry.wildcards.some(each => isSubsetHost(host, each))) {
          found.add(entry);
        }
      }
      if (byAddress.size > 0) {
        for (const address of addressesOf(spec)) {
          for (const entry of byAddress.get(address) ?? []) found.add(entry);
        }
        for (const pod of podsOfEntries(mesh)[namespace] ?? []) {
          if (!isSelected(selector, pod.labels)) continue;
          for (const entry of byAddress.get(pod.address) ?? []) {
            found.add(entry);
          }
        }
      }
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

/** A Service without a selector selects no Pod. */
function isSelected(
  selector: Record<string, string>,
  labels: Record<string, string>,
): boolean {
  return Object.keys(selector).length > 0 && includesLabels(labels, selector);
}

/**
 * Whether some Pod could have the labels of both selectors: where they name no label in common, some
 * Pod does. An entry with an empty selector is in front of all Pods of its namespace (before Istio 1.30.5 and
 * 1.31.1, which are not told from later ones).
 */
function mayShare(
  mesh: Mesh,
  namespace: string,
  a: Record<string, string>,
  b: Record<string, string>,
): boolean {
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  if (keys.length === 0) return false;
  if (others.length === 0) return true;
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
  const isWildcard = (host: string) => host.startsWith('*');
  return {
    stored,
    hosts,
    services: new Set(servicesNamed([...hosts, ...addresses], namespace)),
    wildcards: hosts.filter(isWildcard),
    addresses: addresses.filter(isAddress),
    selector: spec.workloadSelector
      ? stringRecord(spec.workloadSelector.labels)
      : undefined,
  };
});

/** Services that hosts and endpoints name, as `namespace/name`. */
function servicesNamed(hosts: string[], namespace: string): string[] {
  return hosts.flatMap(host => {
    // `POD.SERVICE.NAMESPACE.svc` is a Pod of a headless Service.
    const [, whole = host] =
      /^[^.]+\.([^.]+\.[^.]+\.svc(?:\..+)?)$/.exec(host) ?? [];
    const service = whole.includes('.')
      ? resolveServiceHost(whole, namespace)
      : undefined;
    return service ? [`${service.namespace}/${service.name}`] : [];
  });
}

/** Addresses of the WorkloadEntries that an entry selects. */
function machinesOf(
  mesh: Mesh,
  { stored: { namespace }, selector }: Entry,
): string[] {
  if (!selector) return [];
  return workloadEntriesOf(mesh, namespace, selector).flatMap(
    ({ resource }) => {
      const { address } = (resource.spec ?? {}) as { address?: unknown };
      return stringList([address]);
    },
  );
}

/** With the Services that those of ExternalName stand for. */
function withAliases(mesh: Mesh, services: Iterable<string>): Set<string> {
  const all = new Set(services);
  for (const key of services) {
    const [place, alias] = key.split('/');
    const { namespace, name } = serviceMeantBy(mesh, {
      namespace: place,
      name: alias,
    });
    all.add(`${namespace}/${name}`);
  }
  return all;
}

/** Addresses of a Service inside the cluster; a headless one has none. */
function addressesOf({ clusterIP, clusterIPs }: ServiceSpec): Set<string> {
  return new Set([...stringList([clusterIP]), ...stringList(clusterIPs)]);
}

function isAddress(text: string): boolean {
  return text.includes(':') || /^\d+\.\d+\.\d+\.\d+$/.test(text);
}

function indexEntries(mesh: Mesh): {
  named: Map<string, Entry[]>;
  selecting: Map<string, Entry[]>;
  wide: Entry[];
  byAddress: Map<string, Entry[]>;
} {
  return mesh.queries.getOne(SERVICE_ENTRY_INDEX, () => {
    const named = new Map<string, Entry[]>();
    const selecting = new Map<string, Entry[]>();
    const byAddress = new Map<string, Entry[]>();
    const wide: Entry[] = [];
    for (const stored of mesh.all('ServiceEntry')) {
      const entry = readEntry(stored);
      const { namespace } = stored;
      const machines = machinesOf(mesh, entry);
      const services = [
        ...entry.services,
        ...servicesNamed(machines, namespace),
      ];
      for (const key of withAliases(mesh, services)) {
        pushTo(named, key, entry);
      }
      if (entry.selector) pushTo(selecting, namespace, entry);
      if (entry.wildcards.length > 0) wide.push(entry);
      const addresses = [...entry.addresses, ...machines.filter(isAddress)];
      for (const address of new Set(addresses)) {
        pushTo(byAddress, address, entry);
      }
    }
    return { named, selecting, wide, byAddress };
  });
}

/** Pods that are endpoints by their addresses, by namespace; Pods are looked at where any endpoint is an address. */
function podsOfEntries(mesh: Mesh): Record<string, AddressedPod[]> {
  return mesh.queries.getOne(
    SERVICE_ENTRY_PODS,
    () => podsAt(mesh, indexEntries(mesh).byAddress),
    sameData,
  );
}
