/** Gateways and ListenerSets of the Gateway API at random, and the names of routes at them. */
import type { Manifest } from '../kube.ts';
import type { Random } from './random.ts';

export type Fields = Record<string, unknown>;

/** What routes can name as their parent. */
export interface Parent {
  object: Manifest;
  listeners: Fields[];
}

/** What the Gateways of a bench have in common. */
export interface ParentDraw {
  namespace: string;
  /** Another one, of which routes come as well. */
  elsewhere: string;
  /** Host of the Service before their proxy. */
  address: string;
  routeKinds: readonly string[];
  /** At most so many of one Gateway. */
  maxListeners: number;
  /** A listener without a name and `allowedRoutes`. */
  pickListener(random: Random): Fields;
}

export const describeApiObject = (
  kind: string,
  name: string,
  namespace: string,
  spec: Fields,
): Manifest => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind,
  metadata: { name, namespace },
  spec,
});

/** With which the names of routes end that stand elsewhere. */
export const FAR = '-far';

function pickNamespaces(
  random: Random,
  { namespace, elsewhere }: ParentDraw,
): Fields {
  const from = random.pick(['Same', 'All', 'All', 'None', 'Selector']);
  if (from !== 'Selector') return { from };
  const key = 'kubernetes.io/metadata.name';
  const name = random.pick([namespace, elsewhere]);
  const selector = random.pick<Fields>([
    { matchLabels: { [key]: name } },
    { matchExpressions: [{ key, operator: 'NotIn', values: [name] }] },
  ]);
  return { from, selector };
}

function pickAllowed(random: Random, draw: ParentDraw): Fields {
  const { routeKinds } = draw;
  const kinds = random.chance(0.12)
    ? { kinds: [{ kind: random.pick(routeKinds) }] }
    : {};
  const namespaces = random.chance(0.4)
    ? { namespaces: pickNamespaces(random, draw) }
    : {};
  const allowedRoutes = { ...kinds, ...namespaces };
  return Object.keys(allowedRoutes).length > 0 ? { allowedRoutes } : {};
}

/** Port, protocol and host together are there once. */
function pickListeners(
  random: Random,
  count: number,
  draw: ParentDraw,
): Fields[] {
  const listeners = new Map<string, Fields>();
  for (let index = 0; index < count; index++) {
    const listener = draw.pickListener(random);
    const { port, protocol, hostname } = listener;
    listeners.set(`${port} ${protocol} ${hostname}`, {
      name: random.pick(['x', 'y', 'y-z', 'z']) + index,
      ...listener,
      ...pickAllowed(random, draw),
    });
  }
  return [...listeners.values()];
}

function describeGateway(
  random: Random,
  name: string,
  draw: ParentDraw,
): Parent {
  const count = 1 + random.int(draw.maxListeners);
  const listeners = pickListeners(random, count, draw);
  const object = describeApiObject('Gateway', name, draw.namespace, {
    gatewayClassName: 'istio',
    addresses: [{ type: 'Hostname', value: draw.address }],
    listeners,
    ...(random.chance(0.9) && {
      allowedListeners: { namespaces: { from: 'Same' } },
    }),
  });
  return { object, listeners };
}

function describeSet(
  random: Random,
  name: string,
  gateway: string,
  draw: ParentDraw,
): Parent {
  const listeners = pickListeners(random, 1 + random.int(2), draw);
  const object = describeApiObject('ListenerSet', name, draw.namespace, {
    parentRef: { name: gateway },
    listeners,
  });
  return { object, listeners };
}

function referTo(random: Random, { object, listeners }: Parent): Fields {
  const { name, port } = random.pick(listeners);
  return {
    ...(object.kind === 'Gateway' ? {} : { kind: object.kind }),
    namespace: object.metadata!.namespace,
    name: object.metadata!.name,
    ...(random.chance(0.35) && {
      sectionName: random.chance(0.9) ? name : 'none',
    }),
    ...(random.chance(0.15) && { port }),
  };
}

/** A Gateway, now and then a second one, and now and then ListenerSets of the first. */
export function pickParents(
  random: Random,
  draw: ParentDraw,
  names: { gateways: readonly [string, string]; sets: readonly string[] },
  setChance: number,
): Parent[] {
  const [first, second] = names.gateways;
  const parents = [describeGateway(random, first, draw)];
  if (random.chance(0.35)) parents.push(describeGateway(random, second, draw));
  for (const name of names.sets) {
    if (!random.chance(setChance)) continue;
    parents.push(describeSet(random, name, first, draw));
  }
  return parents;
}

/** `parentRefs` of a route to one or two of them. */
export const referToSome = (random: Random, parents: readonly Parent[]) =>
  random.some(parents, 1, 2).map(parent => referTo(random, parent));

export interface RoutePlace {
  namespace: string;
  name: string;
}

/** Up to five routes, one or the other elsewhere. Behind a name istiod puts more, by which the order of some changes. */
export const pickRoutePlaces = (
  random: Random,
  { namespace, elsewhere }: ParentDraw,
): RoutePlace[] =>
  random
    .some(['r', 'r-v2', 'r.a', 'r1', 'r10', 's'], 1, 5)
    .map(name =>
      random.chance(0.25)
        ? { namespace: elsewhere, name: `$GENERATION-${name}${FAR}` }
        : { namespace, name: `$GENERATION-${name}` },
    );
