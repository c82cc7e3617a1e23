import { pushTo } from '../multimap';
import type { VirtualServiceSpec } from '../parse/specs';
import { perObject } from '../queries/perObject';
import { Family } from '../queries/queries';
import { compareByAge, sortByAge } from './age';
import { aliasedBy, hasAliases } from './aliases';
import { destinationKey, resolveGatewayName } from './hosts';
import { ingressRoutes } from './ingress/ingressRoutes';
import { stringList } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { visitFields } from './visitFields';

const INDEX = new Family();
/** More changes at once are as well taken in from the start. */
const MAX_PATCHED = 100;

type Lists = Map<string, readonly Stored[]>;

/** Where VirtualServices with hosts are found, those made of Ingresses included; lists are in Istio's order. */
interface VirtualServiceIndex {
  readonly byGateway: ReadonlyMap<string, readonly Stored[]>;
  /** By `namespace/name` of a Service, else by host. */
  readonly byDestination: ReadonlyMap<string, readonly Stored[]>;
  /** Whether any of them delegates. */
  readonly delegates: boolean;
}

interface Built extends VirtualServiceIndex {
  readonly byGateway: Lists;
  readonly byDestination: Lists;
  /** All that are written, delegates too, in Istio's order. */
  readonly written: readonly Stored[];
  readonly all: ReadonlySet<Stored>;
  /** Whether lists come of what is written, object by object, and of nothing else. */
  readonly isPlain: boolean;
}

interface VirtualServiceParts {
  gateways: ReadonlySet<string>;
  destinations: ReadonlySet<string>;
  delegates: ReadonlySet<string>;
}

/** Gateways, destinations and delegates that a VirtualService names; reads malformed ones as far as it can. */
export const partsOf = perObject((stored: Stored): VirtualServiceParts => {
  const { namespace, resource } = stored;
  const destinations = new Set<string>();
  const delegates = new Set<string>();
  visitFields(resource.spec, (key, item) => {
    const named = item as {
      host?: unknown;
      name?: unknown;
      namespace?: unknown;
    } | null;
    if (
      (key === 'destination' || key === 'mirror') &&
      typeof named?.host === 'string'
    ) {
      destinations.add(destinationKey(named.host, namespace));
    }
    if (key === 'delegate' && typeof named?.name === 'string') {
      const place = named.namespace;
      delegates.add(
        `${typeof place === 'string' && place ? place : namespace}/${
          named.name
        }`,
      );
    }
  });
  const gateways = new Set(gatewaysOf(stored));
  return { gateways, destinations, delegates };
});

/** Gateways that a VirtualService names, without `mesh`. */
export function gatewaysOf({ namespace, resource }: Stored): string[] {
  const { gateways } = (resource.spec ?? {}) as VirtualServiceSpec;
  return stringList(gateways)
    .filter(name => name !== 'mesh')
    .map(name => resolveGatewayName(name, namespace));
}

/** Where the VirtualServices of now are found; to be read at once, for a later change is taken into it. */
export function virtualServiceIndex(mesh: Mesh): VirtualServiceIndex {
  let last: Built | undefined;
  // The first way to compute a value is kept, and with it what it made last.
  return mesh.queries.getOne(INDEX, () => {
    const made = ingressRoutes(mesh);
    const isPlain = made.length === 0 && !hasAliases(mesh);
    const current = new Set(mesh.each('VirtualService'));
    last =
      (last && isPlain ? patch(last, current) : undefined) ??
      build(mesh, made, current, isPlain);
    return last;
  });
}

function build(
  mesh: Mesh,
  made: readonly Stored[],
  all: ReadonlySet<Stored>,
  isPlain: boolean,
): Built {
  const written = sortByAge([...all]);
  const byGateway = new Map<string, Stored[]>();
  const byDestination = new Map<string, Stored[]>();
  let someDelegate = false;
  for (const stored of [...made, ...written]) {
    if (isDelegate(stored)) continue;
    const { gateways, destinations, delegates } = partsOf(stored);
    for (const gateway of gateways) pushTo(byGateway, gateway, stored);
    const followed =
      isPlain && delegates.size === 0
        ? destinations
        : followAll(mesh, destinations, delegates);
    for (const key of followed) pushTo(byDestination, key, stored);
    someDelegate ||= delegates.size > 0;
  }
  return {
    byGateway,
    byDestination,
    delegates: someDelegate,
    written,
    all,
    isPlain: isPlain && !someDelegate,
  };
}

/** Without hosts it is a delegate: its routes serve where others delegate to it. */
function isDelegate({ resource }: Stored): boolean {
  const { hosts } = (resource.spec ?? {}) as VirtualServiceSpec;
  return stringList(hosts).length === 0;
}

/** Destinations with those of delegates, and with what aliases stand for. */
function followAll(
  mesh: Mesh,
  destinations: ReadonlySet<string>,
  delegates: ReadonlySet<string>,
): ReadonlySet<string> {
  const found = new Set(destinations);
  for (const key of delegates) {
    const [namespace, name] = key.split('/');
    const inner = mesh.stored('VirtualService', namespace, name);
    if (!inner) continue;
    for (const item of partsOf(inner).destinations) found.add(item);
  }
  for (const key of [...found]) {
    const target = aliasedBy(mesh, key);
    if (target !== undefined) found.add(target);
  }
  return found;
}

/** Takes in what changed, where that is little and each object stands for itself; undefined where it is not so. */
function patch(last: Built, current: ReadonlySet<Stored>): Built | undefined {
  if (!last.isPlain) return undefined;
  const kept: Stored[] = [];
  const removed: Stored[] = [];
  for (const stored of last.written) {
    (current.has(stored) ? kept : removed).push(stored);
  }
  const added: Stored[] = [];
  for (const stored of current) if (!last.all.has(stored)) added.push(stored);
  if (
    removed.length + added.length > MAX_PATCHED ||
    added.some(stored => partsOf(stored).delegates.size > 0)
  ) {
    return undefined;
  }
  for (const stored of added) insertByAge(kept, stored);
  const { byGateway, byDestination } = last;
  patchLists(byGateway, removed, added, 'gateways');
  patchLists(byDestination, removed, added, 'destinations');
  return { ...last, written: kept, all: current };
}

/** In place, for nobody reads the index of before any more. Lists are made anew: they are compared with those of now. */
function patchLists(
  lists: Lists,
  removed: readonly Stored[],
  added: readonly Stored[],
  by: 'gateways' | 'destinations',
): void {
  const gone = new Set(removed);
  const come = added.filter(stored => !isDelegate(stored));
  const touched = [...removed, ...come].flatMap(stored => [
    ...partsOf(stored)[by],
  ]);
  for (const key of new Set(touched)) {
    const list = (lists.get(key) ?? []).filter(stored => !gone.has(stored));
    for (const stored of come) {
      if (partsOf(stored)[by].has(key)) insertByAge(list, stored);
    }
    if (list.length > 0) lists.set(key, list);
    else lists.delete(key);
  }
}

/** @param list - in that order */
function insertByAge(list: Stored[], stored: Stored): void {
  let start = 0;
  let end = list.length;
  while (start < end) {
    const middle = (start + end) >> 1;
    if (compareByAge(list[middle], stored) < 0) start = middle + 1;
    else end = middle;
  }
  list.splice(start, 0, stored);
}
