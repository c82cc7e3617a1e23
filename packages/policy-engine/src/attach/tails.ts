import { Hop, ProxyRef } from '../model';
import { ServicePortSpec } from '../parse/specs';
import { compileProxy } from '../compile/compileProxy';
import { Backend, backendsOf } from './backends';
import { Mesh } from './Mesh';
import { Stored } from './Stored';
import { protocolOf } from './servicePorts';
import { EffectiveMode, modeOf } from './mutualTls';
import { Waypoint, waypointOf, waypointOfPods } from './waypoints';

/** Where every way to one port of the Service ends: one kind of Pods, and the proxies before them. */
export interface Tail {
  port: ServicePortSpec;
  backend: Backend;
  /** Appended to ids where a port has several backends. */
  suffix: string;
  /** The proxy of the Pods themselves; empty where none decides. */
  own: readonly Hop[];
  /** What that proxy demands of callers. */
  mode: EffectiveMode | undefined;
  waypoint: Waypoint;
  /** The waypoint's part in front of `own`, where there is one. */
  waypointHop: Hop | undefined;
  /** Hops of a request that a gateway sends. */
  fromGateway: { hops: readonly Hop[]; uncertain: readonly string[] };
}

/** Pods of different kinds behind one port, beyond which the rest is not told apart. */
const MAX_BACKENDS = 20;

/** The tails of one port; none for a port that no proxy sees. */
export function tailsOf(
  mesh: Mesh,
  stored: Stored,
  port: ServicePortSpec,
): Tail[] {
  const backends = backendsOf(mesh, stored, port);
  if (backends.length === 0) return [];
  const waypoint = waypointOf(mesh, stored);
  if (backends.length === 1) {
    return [toTail(mesh, port, backends[0], waypoint)];
  }
  const tails = new Map<string, Tail>();
  const add = (backend: Backend) => toTail(mesh, port, backend, waypoint);
  for (const backend of backends.slice(0, MAX_BACKENDS)) {
    const tail = add(backend);
    const key = whatDecides(mesh, tail);
    if (!tails.has(key)) tails.set(key, tail);
  }
  const list = [...tails.values()];
  if (backends.length > MAX_BACKENDS) {
    const uncertain = `more than ${MAX_BACKENDS} kinds of Pods stand behind the port`;
    const { protocol, targetPort } = backends[0];
    list.push(add({ protocol, targetPort, uncertain }));
  }
  return list.length === 1
    ? list
    : list.map(tail => ({
        ...tail,
        suffix: `.${tail.backend.workload?.name ?? 'other'}`,
      }));
}

/** Pods of which all of this is the same are one way in: any that differ could answer otherwise. */
function whatDecides(mesh: Mesh, { own, mode, backend }: Tail): string {
  return JSON.stringify([
    own.map(({ proxy, port, protocol, policies }) => {
      const { opaque, settings } = compileProxy(mesh, proxy);
      return [proxy.kind, port, protocol, policies, opaque, settings];
    }),
    mode,
    backend.protocol,
    backend.uncertain,
    backend.unguarded === undefined,
    backend.workload && waypointOfPods(mesh, backend.workload),
  ]);
}

function toTail(
  mesh: Mesh,
  port: ServicePortSpec,
  backend: Backend,
  waypoint: Waypoint,
): Tail {
  const { proxy, targetPort, protocol } = backend;
  const program = proxy && compileProxy(mesh, proxy);
  const own: Hop[] =
    proxy && program
      ? [
          {
            proxy,
            port: targetPort,
            // ztunnel carries bytes, whatever they are.
            protocol: proxy.kind === 'ztunnel' ? 'tcp' : protocol.chain,
            policies: [...program.policies],
          },
        ]
      : [];
  const waypointHop = toWaypointHop(mesh, port, backend, waypoint);
  const passes =
    waypointHop && waypoint.kind === 'waypoint' && waypoint.fromGateways;
  return {
    port,
    backend,
    suffix: '',
    own,
    mode: program?.mutualTls && modeOf(program.mutualTls, targetPort),
    waypoint,
    waypointHop,
    fromGateway: {
      hops: passes ? [waypointHop, ...own] : own,
      uncertain: [
        ...(backend.uncertain ? [backend.uncertain] : []),
        ...(passes ? uncertaintyOf(waypoint) : []),
      ],
    },
  };
}

export function uncertaintyOf(waypoint: Waypoint): string[] {
  return waypoint.kind === 'waypoint' && waypoint.uncertain
    ? [waypoint.uncertain]
    : [];
}

/** A waypoint listens on the Service's own ports, and reads them as that Service says. */
function toWaypointHop(
  mesh: Mesh,
  port: ServicePortSpec,
  { protocol }: Backend,
  waypoint: Waypoint,
): Hop | undefined {
  if (waypoint.kind === 'none') return undefined;
  const { chain } = protocolOf(port) ?? protocol;
  return waypointHopAt(mesh, waypoint.proxy, port.port, chain);
}

/** A waypoint's part for one port. */
export function waypointHopAt(
  mesh: Mesh,
  proxy: ProxyRef,
  port: number,
  protocol: Hop['protocol'],
): Hop {
  const { policies } = compileProxy(mesh, proxy);
  return { proxy, port, protocol, policies: [...policies] };
}
