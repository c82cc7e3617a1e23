import { Hop, ProxyRef, WayIn } from '../model';
import { gatewayWorkloadIdentity } from './identity';
import { Mesh } from './Mesh';
import { EffectiveMode } from './mutualTls';
import { PortProtocol, protocolOf } from './servicePorts';
import { Stored } from './Stored';
import { Tail, uncertaintyOf, waypointHopAt } from './tails';
import { isHeadless, Waypoint, waypointOfPods } from './waypoints';
import type { ResolvedWayIn } from './waysIn';

/** Ends the ids of ways in whose callers address a Pod. */
export const PODS_SUFFIX = '.pods';

/**
 * Inside the mesh a Service with a waypoint is reached by two ways: callers in ambient mode are sent
 * through the waypoint, all others come straight to the Pods. Where the Pods themselves are bound to one, what
 * callers in ambient mode address to a Pod is sent there.
 */
export function inMeshWaysIn(
  mesh: Mesh,
  service: Stored,
  tail: Tail,
): ResolvedWayIn[] {
  const { port, waypoint, waypointHop, own, mode, backend } = tail;
  const ofPods: Waypoint = backend.workload
    ? waypointOfPods(mesh, backend.workload)
    : { kind: 'none' };
  const throughIt = waypointHop
    ? inMeshWayIn(service, tail, '', {
        hops: [waypointHop, ...own],
        protocol: protocolOf(port) ?? backend.protocol,
        // The tunnel to a waypoint is mutual TLS.
        callerIdentity: 'required',
        uncertain: uncertaintyOf(waypoint),
      })
    : undefined;
  const through = [
    // Nobody but its Pods can be addressed of a headless Service.
    ...(throughIt && !(isHeadless(service) && ofPods.kind === 'waypoint')
      ? [throughIt]
      : []),
    ...(ofPods.kind === 'waypoint'
      ? [toPods(mesh, service, tail, ofPods)]
      : []),
  ];
  const direct = inMeshWayIn(service, tail, waypointHop ? '.direct' : '', {
    hops: [...own],
    protocol: backend.protocol,
    callerIdentity: callerIdentityOf(mode),
  });
  if (through.length === 0) return [direct];
  const passesBy = passing(mesh, waypoint, ofPods);
  return [...through, { ...direct, ...(passesBy ? { passesBy } : {}) }];
}

/** The waypoint of the Pods sees their own ports, and looks at the first bytes for HTTP. */
function toPods(
  mesh: Mesh,
  service: Stored,
  tail: Tail,
  waypoint: Extract<Waypoint, { kind: 'waypoint' }>,
): ResolvedWayIn {
  const { own, backend } = tail;
  const { proxy } = waypoint;
  const { targetPort, protocol } = backend;
  const hop = waypointHopAt(mesh, proxy, targetPort, protocol.chain);
  const way = inMeshWayIn(service, tail, PODS_SUFFIX, {
    hops: [hop, ...own],
    protocol,
    callerIdentity: 'required',
    uncertain: uncertaintyOf(waypoint),
  });
  return { ...way, byPods: nameOfProxy(proxy), ...shutBy(own) };
}

/** Which callers come past the waypoints, and who else is let through. */
function passing(
  mesh: Mesh,
  ofService: Waypoint,
  ofPods: Waypoint,
): ResolvedWayIn['passesBy'] {
  const proxies = [ofService, ofPods].flatMap(waypoint =>
    waypoint.kind === 'waypoint' ? [waypoint.proxy] : [],
  );
  const [proxy] = proxies;
  if (!proxy) return undefined;
  let callers = 'that are not in ambient mode, or that address a Pod,';
  if (ofPods.kind === 'waypoint') {
    callers =
      ofService.kind === 'waypoint'
        ? 'that are not in ambient mode'
        : 'that are not in ambient mode, or that address the Service,';
  }
  return {
    callers,
    waypoint: nameOfProxy(proxy),
    principals: proxies.map(item => gatewayWorkloadIdentity(mesh, item)),
  };
}

function nameOfProxy({ namespace, name }: ProxyRef): string {
  return `${namespace}/${name}`;
}

/** Where ztunnel refuses the waypoint that a way passes, that way is shut, and nothing is amiss. */
export function shutBy(own: readonly Hop[]): Pick<ResolvedWayIn, 'mayBeShut'> {
  return own.some(({ proxy }) => proxy.kind === 'ztunnel')
    ? { mayBeShut: true }
    : {};
}

function inMeshWayIn(
  { namespace, name }: Stored,
  { port, backend, suffix }: Tail,
  variant: string,
  parts: Pick<WayIn, 'hops' | 'callerIdentity' | 'uncertain'> & {
    protocol: PortProtocol;
  },
): ResolvedWayIn {
  const uncertain = [
    ...(backend.uncertain ? [backend.uncertain] : []),
    ...(parts.uncertain ?? []),
  ];
  return {
    wayIn: {
      id: `mesh.${port.port}${suffix}${variant}`,
      kind: 'in-mesh',
      host: `${name}.${namespace}.svc.cluster.local`,
      port: port.port,
      protocol: parts.protocol.client,
      paths: [],
      hops: parts.hops,
      destination: { namespace, name, port: port.port },
      ...(uncertain.length > 0 ? { uncertain } : {}),
      callerIdentity: parts.callerIdentity,
    },
    sniffed: parts.protocol.sniffed,
    ...(backend.unguarded ? { unguarded: backend.unguarded } : {}),
  };
}

function callerIdentityOf(
  mode: EffectiveMode | undefined,
): WayIn['callerIdentity'] {
  if (mode === 'STRICT') return 'required';
  return mode === undefined || mode === 'DISABLE' ? 'none' : 'optional';
}
