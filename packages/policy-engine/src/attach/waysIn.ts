import { WayIn } from '../model';
import { ServiceSpec } from '../parse/specs';
import { apiWaysIn } from './apiWaysIn';
import { gatewayWaysIn } from './gatewayWaysIn';
import { gatewayWorkloadIdentity } from './identity';
import { inferencePoolWaysIn } from './inferencePools';
import { ingressWaysIn } from './ingresses';
import { Mesh } from './Mesh';
import { Stored } from './Stored';
import { meshRouteWaysIn } from './meshRoutes';
import { EffectiveMode } from './mutualTls';
import { PortProtocol, protocolOf } from './servicePorts';
import { serviceEntryWaysIn } from './serviceEntries';
import { Tail, tailsOf, uncertaintyOf } from './tails';

/** A way in with what the engine knows beyond the contract. */
export interface ResolvedWayIn {
  wayIn: WayIn;
  /** Why no sidecar decides at the end, where none does. */
  unguarded?: string;
  /** Istio has to guess the protocol of the Service port. */
  sniffed: boolean;
  /** The waypoint that such callers pass by, with the identity that it alone has. */
  passesBy?: { waypoint: string; principal: string };
}

/** Every way in of a Service. Empty where the Service does not exist or has no port Istio serves. */
export function waysInOf(
  mesh: Mesh,
  service: { namespace: string; name: string },
): ResolvedWayIn[] {
  const stored = mesh.stored('Service', service.namespace, service.name);
  if (!stored || stored.errors.length > 0) return [];
  const spec = (stored.resource.spec ?? {}) as ServiceSpec;
  const tails = (spec.ports ?? []).flatMap(port => tailsOf(mesh, stored, port));
  return uniqueIds([
    ...gatewayWaysIn(mesh, stored, tails),
    ...apiWaysIn(mesh, stored, tails),
    ...serviceEntryWaysIn(mesh, stored, tails),
    ...inferencePoolWaysIn(mesh, stored, tails),
    ...ingressWaysIn(mesh, stored, tails),
    ...tails.flatMap(tail => inMeshWaysIn(mesh, stored, tail)),
    ...meshRouteWaysIn(mesh, stored, tails),
  ]);
}

/**
 * Inside the mesh a Service with a waypoint is reached by two ways: callers in ambient mode are sent
 * through the waypoint, all others come straight to the Pods.
 */
function inMeshWaysIn(
  mesh: Mesh,
  service: Stored,
  tail: Tail,
): ResolvedWayIn[] {
  const { port, backend, waypoint, waypointHop, own, mode } = tail;
  const direct = inMeshWayIn(service, tail, '', {
    hops: [...own],
    protocol: backend.protocol,
    callerIdentity: callerIdentityOf(mode),
  });
  if (waypoint.kind === 'none' || !waypointHop) return [direct];
  const through = inMeshWayIn(service, tail, '', {
    hops: [waypointHop, ...own],
    protocol: protocolOf(port) ?? backend.protocol,
    // The tunnel to a waypoint is mutual TLS.
    callerIdentity: 'required',
    uncertain: uncertaintyOf(waypoint),
  });
  const { proxy } = waypoint;
  const passesBy = {
    waypoint: `${proxy.namespace}/${proxy.name}`,
    principal: gatewayWorkloadIdentity(mesh, proxy),
  };
  const aside = inMeshWayIn(service, tail, '.direct', {
    hops: [...own],
    protocol: backend.protocol,
    callerIdentity: callerIdentityOf(mode),
  });
  return [through, { ...aside, passesBy }];
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

const UNUSUAL = /[^A-Za-z0-9._-]/;

/** Ids are made of names; where two come out equal a number tells them apart. */
function uniqueIds(waysIn: ResolvedWayIn[]): ResolvedWayIn[] {
  const seen = new Map<string, number>();
  return waysIn.map(resolved => {
    const { wayIn } = resolved;
    const id = UNUSUAL.test(wayIn.id)
      ? wayIn.id.replaceAll('*', 'any').replace(/[^A-Za-z0-9._-]/g, '_')
      : wayIn.id;
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    const unique = count === 1 ? id : `${id}.${count}`;
    if (unique === wayIn.id) return resolved;
    return { ...resolved, wayIn: { ...resolved.wayIn, id: unique } };
  });
}
