import { compareText } from '../../compareText';
import { Family, sameData } from '../../queries/queries';
import { createdAt } from '../age';
import { istiodsReach } from '../istiodVersions';
import { GATEWAY_API_GATEWAY } from '../kindKeys';
import type { Mesh } from '../Mesh';
import type { Stored } from '../Stored';
import { controllerOf } from './gateways';
import { attachedSets, listenersInSet } from './attachedSets';
import type { ListenerParent } from './listeners';
import { KubernetesGatewaySpec, ListenerSpec } from './specs';

const CONFLICTS = new Family();

/** The istiod that leaves out listeners in conflict (`ComputeGatewayListenerConflicts`). */
const LEAVES_OUT = [1, 31, 0] as const;

/** What becomes of a listener that is in conflict with another one of its Gateway. */
export type Conflict =
  /** `by`: what stands in its place. */
  | { kind: 'left-out'; by: string }
  /** `why`: one sentence. */
  | { kind: 'doubtful'; why: string };

type Conflicts = Readonly<Record<string, Conflict>>;

const NONE: Conflicts = {};

/** By which a listener is told from all others. */
export function listenerKey(
  { kind, namespace, name }: ListenerParent,
  listener: string,
): string {
  return `${kind}/${namespace}/${name}/${listener}`;
}

/**
 * Listeners of a Gateway, its own and those of ListenerSets, that cannot stand beside an earlier one: on one port,
 * with the same host, or with and without HTTP or TLS. The Gateway's own come first, then those of the oldest
 * ListenerSet. Since 1.31 istiod leaves them out; before, it served all of them.
 */
export function conflictsOf(
  mesh: Mesh,
  namespace: string,
  name: string,
): Conflicts {
  return mesh.queries.get(
    CONFLICTS,
    `${namespace}/${name}`,
    () => {
      const gateway = mesh.stored(GATEWAY_API_GATEWAY, namespace, name);
      if (!gateway || gateway.errors.length > 0) return NONE;
      const isServed = controllerOf(mesh, gateway) === 'gateway';
      return isServed ? findConflicts(mesh, gateway) : NONE;
    },
    sameData,
  );
}

interface Placed {
  parent: ListenerParent;
  createdAt: string;
  spec: ListenerSpec;
}

function findConflicts(mesh: Mesh, gateway: Stored): Conflicts {
  const { listeners = [] } = (gateway.resource.spec ??
    {}) as KubernetesGatewaySpec;
  const sets = attachedSets(mesh, gateway).sort(compareSets);
  const placed = [
    ...listeners.map(spec => place('Gateway', gateway, spec)),
    ...sets.flatMap(set =>
      listenersInSet(set).map(spec => place('ListenerSet', set, spec)),
    ),
  ];
  const conflicts: Record<string, Conflict> = {};
  const accepted: Placed[] = [];
  for (const later of placed) {
    const rival = accepted.find(other => !areDistinct(other.spec, later.spec));
    if (!rival) {
      accepted.push(later);
      continue;
    }
    const conflict = judge(mesh, rival, later);
    if (!conflict) continue;
    conflicts[keyOf(later)] = conflict;
    if (conflict.kind === 'doubtful') conflicts[keyOf(rival)] ??= conflict;
  }
  for (const each of placed) {
    const why = describeNamesake(mesh, each);
    if (why) conflicts[keyOf(each)] = { kind: 'doubtful', why };
  }
  return conflicts;
}

/**
 * istiod names what it makes of a listener by object and listener, but not by the object's kind, and keeps one of those
 * with one name (InternalGatewayName). 1.31.0 keeps what it leaves out by the object's name as well.
 */
function describeNamesake(mesh: Mesh, placed: Placed): string | undefined {
  const { parent, spec } = placed;
  const kind = parent.kind === 'Gateway' ? 'ListenerSet' : 'Gateway';
  const namesake = mesh.stored(
    kind === 'Gateway' ? GATEWAY_API_GATEWAY : kind,
    parent.namespace,
    parent.name,
  );
  const { listeners = [] } = (namesake?.resource.spec ?? {}) as {
    listeners?: Pick<ListenerSpec, 'name'>[];
  };
  const isTaken =
    namesake?.errors.length === 0 &&
    listeners.some(({ name }) => name === spec.name);
  if (!isTaken) return undefined;
  const other = describe({ ...placed, parent: { ...parent, kind } });
  return `${describe(
    placed,
  )} and ${other} have one name for istiod, which serves one of them`;
}

function place(
  kind: ListenerParent['kind'],
  stored: Stored,
  spec: ListenerSpec,
): Placed {
  const { namespace, name } = stored;
  return {
    parent: { kind, namespace, name },
    createdAt: createdAt(stored),
    spec,
  };
}

function keyOf({ parent, spec }: Placed): string {
  return listenerKey(parent, spec.name);
}

/** Undefined where istiod serves both. */
function judge(
  mesh: Mesh,
  earlier: Placed,
  later: Placed,
): Conflict | undefined {
  const isNew = istiodsReach(mesh, LEAVES_OUT);
  if (isNew === false) return undefined;
  const by = describe(earlier);
  if (isNew === true && isOrderKnown(earlier, later)) {
    return { kind: 'left-out', by };
  }
  const doubt =
    isNew === true
      ? 'which ListenerSet is the older, whose listener is served, is not known'
      : 'istiods from 1.31 on serve the first alone';
  return {
    kind: 'doubtful',
    why: `${by} and ${describe(
      later,
    )} cannot stand beside each other, and ${doubt}`,
  };
}

function isOrderKnown(a: Placed, b: Placed): boolean {
  return (
    a.parent.kind === 'Gateway' ||
    (a.parent.namespace === b.parent.namespace &&
      a.parent.name === b.parent.name) ||
    (a.createdAt !== '' && b.createdAt !== '')
  );
}

function describe({ parent, spec }: Placed): string {
  const { kind, namespace, name } = parent;
  return `listener ${spec.name} of ${kind} ${namespace}/${name}`;
}

/** Oldest first, then by the text of namespace and name. */
function compareSets(a: Stored, b: Stored): number {
  const textOf = ({ namespace, name }: Stored) => `${namespace}/${name}`;
  return (
    compareText(createdAt(a), createdAt(b)) || compareText(textOf(a), textOf(b))
  );
}

/** Whether istiod lets two listeners stand side by side (`listenersDistinct`). */
function areDistinct(a: ListenerSpec, b: ListenerSpec): boolean {
  if (a.port !== b.port) return true;
  const [one, other] = [a, b].map(layerOf);
  if (one !== other) return one === 'other' || other === 'other';
  switch (one) {
    case 'http':
      return (a.hostname || '*') !== (b.hostname || '*');
    case 'other':
      return a.protocol !== b.protocol;
    default:
      return false;
  }
}

function layerOf({ protocol }: ListenerSpec): 'http' | 'bytes' | 'other' {
  switch (protocol) {
    case 'HTTP':
    case 'HTTPS':
    case 'TLS':
      return 'http';
    case 'TCP':
    case 'UDP':
      return 'bytes';
    default:
      return 'other';
  }
}
