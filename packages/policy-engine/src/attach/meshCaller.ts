import { ResourceRef, WayIn } from '../model';
import { refOf } from '../parse';
import { ServiceSpec } from '../parse/specs';
import { peerOf } from './clientTls';
import { parentsOf } from './gatewayApi/routeIndex';
import { isSubsetHost, resolveServiceHost } from './hosts';
import { stringList } from './labels';
import { Mesh } from './Mesh';
import { modeOf, mutualTlsOf } from './mutualTls';
import { isAmbientNamespace, readPod } from './readWorkload';
import { specOf } from './virtualServices';
import { limitsOutbound, redirectsNothing } from './capture';
import { identityOf, isRouter, Workload } from './workloads';
import { PODS_SUFFIX } from './inMeshWaysIn';

/**
 * A Pod as the caller of a way in inside the mesh.
 *
 * @public
 */
export interface MeshCaller {
  /** SPIFFE identity of its service account, without `spiffe://`. */
  identity: string;
  namespace: string;
  /** What carries its requests. */
  by: 'sidecar' | 'ztunnel' | 'nothing';
  /** Whether the other side sees `identity`, or a caller without a certificate. */
  connects: 'with-identity' | 'plaintext' | 'unknown';
  /** Why `connects` is unknown. */
  uncertain?: string;
  /** Its requests do not take this way in, for this reason. */
  elsewhere?: string;
  /** Routes inside the mesh that may send its requests elsewhere, or change them. */
  reroutedBy?: ResourceRef;
}

/**
 * How a Pod of the mesh would call a Service by one of its ways in.
 *
 * @returns undefined where there is no such Pod, or it has ended
 * @public
 */
export function meshCallerOf(
  mesh: Mesh,
  pod: { namespace: string; name: string },
  wayIn: WayIn,
): MeshCaller | undefined {
  const stored = mesh.stored('Pod', pod.namespace, pod.name);
  const workload =
    stored && readPod(mesh, stored, isAmbientNamespace(mesh, pod.namespace));
  if (!workload) return undefined;
  const by = carrierOf(workload);
  const elsewhere = whyElsewhere(by, wayIn);
  const reroutedBy = by === 'sidecar' ? reroute(mesh, wayIn) : undefined;
  return {
    identity: identityOf(mesh, workload),
    namespace: workload.namespace,
    by,
    ...connectionOf(mesh, workload, by, wayIn),
    ...(elsewhere === undefined ? {} : { elsewhere }),
    ...(reroutedBy ? { reroutedBy } : {}),
  };
}

function carrierOf({ sidecar }: Workload): MeshCaller['by'] {
  if (sidecar === 'present') return 'sidecar';
  return sidecar === 'ambient' ? 'ztunnel' : 'nothing';
}

type Connection = Pick<MeshCaller, 'connects' | 'uncertain'>;

function connectionOf(
  mesh: Mesh,
  workload: Workload,
  by: MeshCaller['by'],
  wayIn: WayIn,
): Connection {
  const { name } = workload;
  const unknown = (uncertain: string): Connection => ({
    connects: 'unknown',
    uncertain,
  });
  if (workload.sidecar === 'unknown' || isRouter(workload)) {
    return unknown(`how ${name} connects to others is not known`);
  }
  const other = wayIn.hops[0]?.proxy.kind;
  if (by === 'nothing' || other === undefined) {
    return { connects: 'plaintext' };
  }
  const isSame = (by === 'sidecar') === (other === 'sidecar');
  if (!isSame) {
    return unknown(
      'one side has a sidecar and the other is in ambient mode, and how they connect depends on how Istio was installed',
    );
  }
  if (by === 'ztunnel') return { connects: 'with-identity' };
  const outbound = Object.entries(workload.annotations).find(entry =>
    limitsOutbound(...entry),
  );
  if (outbound !== undefined) {
    return unknown(
      `annotation ${outbound[0]} sets what of the requests of ${name} passes its sidecar`,
    );
  }
  if (redirectsNothing(mesh, workload)) {
    return unknown(`nothing of the requests of ${name} passes its sidecar`);
  }
  const peer = peerAt(mesh, workload.namespace, wayIn);
  if (peer === 'unknown') {
    return unknown(
      'a DestinationRule or BackendTLSPolicy sets how callers connect, in a way that is not read',
    );
  }
  if (peer === 'plaintext') return { connects: 'plaintext' };
  const [hop] = wayIn.hops;
  const isRefused =
    peer === 'mutual-tls' &&
    modeOf(mutualTlsOf(mesh, hop.proxy), hop.port) === 'DISABLE';
  return isRefused
    ? unknown(
        'a DestinationRule has callers use mutual TLS, and a PeerAuthentication switches it off',
      )
    : { connects: 'with-identity' };
}

function peerAt(mesh: Mesh, from: string, { destination, hops }: WayIn) {
  const service =
    destination &&
    mesh.stored('Service', destination.namespace, destination.name);
  const ports = ((service?.resource.spec ?? {}) as ServiceSpec).ports ?? [];
  const port = ports.find(item => item.port === destination?.port);
  const [hop] = hops;
  return service && port && hop
    ? peerOf(mesh, from, service, port, hop)
    : 'mesh';
}

/** Callers in ambient mode are sent through a Service's waypoint, and no others. */
function whyElsewhere(
  by: MeshCaller['by'],
  { id, route, hops }: WayIn,
): string | undefined {
  if (hops.length === 0 && route) {
    return 'Which callers take this way is not known.';
  }
  const throughWaypoint = hops[0]?.proxy.kind === 'waypoint';
  if (throughWaypoint && by !== 'ztunnel') {
    return 'Only callers in ambient mode are sent through the waypoint.';
  }
  if (id.endsWith(PODS_SUFFIX)) {
    return 'Only what is addressed to a Pod itself takes this way.';
  }
  return id.endsWith('.direct') && by === 'ztunnel'
    ? 'A caller in ambient mode is sent through the waypoint.'
    : undefined;
}

/** A VirtualService or route that applies to callers inside the mesh, for the Service's own name. */
function reroute(
  mesh: Mesh,
  { destination, host }: WayIn,
): ResourceRef | undefined {
  if (!destination) return undefined;
  const isOurs = (name: string, namespace: string) => {
    const service = resolveServiceHost(name, namespace);
    return (
      isSubsetHost(host, name) ||
      (service?.namespace === destination.namespace &&
        service.name === destination.name)
    );
  };
  const virtualService = mesh.all('VirtualService').find(stored => {
    const spec = specOf(stored);
    const gateways = stringList(spec.gateways);
    const { namespace } = stored;
    return (
      (gateways.length === 0 || gateways.includes('mesh')) &&
      stringList(spec.hosts).some(name => isOurs(name, namespace))
    );
  });
  const route =
    virtualService ??
    mesh
      .all('HTTPRoute')
      .find(stored =>
        parentsOf(stored).some(
          ({ kind, group, namespace, name }) =>
            kind === 'Service' &&
            !group &&
            name === destination.name &&
            (namespace || stored.namespace) === destination.namespace,
        ),
      );
  return route && refOf(route.resource);
}
