import { WayIn } from '../model';
import { ServicePortSpec, ServiceSpec } from '../parse/specs';
import { compileProxy } from '../compile/compileProxy';
import { Backend, backendsOf } from './backends';
import { gatewayWaysIn } from './gatewayWaysIn';
import { gatewayApiWaysIn } from './gatewayApi';
import { Mesh, Stored } from './Mesh';
import { EffectiveMode, modeOf } from './mutualTls';

/** A way in with what the engine knows beyond the contract. */
export interface ResolvedWayIn {
  wayIn: WayIn;
  /** Why no sidecar decides at the end, where none does. */
  unguarded?: string;
  /** Istio has to guess the protocol of the Service port. */
  sniffed: boolean;
}

/** Where a gateway's route ends: one port of the Service, one kind of Pods. */
export interface Tail {
  port: ServicePortSpec;
  backend: Backend;
  /** Appended to ids where a port has several backends. */
  suffix: string;
  hops: WayIn['hops'];
  mode: EffectiveMode | undefined;
}

/** Pods of different kinds behind one port, beyond which the rest is not told apart. */
const MAX_BACKENDS = 20;

/** Every way in of a Service. Empty where the Service does not exist or has no port Istio serves. */
export function waysInOf(
  mesh: Mesh,
  service: { namespace: string; name: string },
): ResolvedWayIn[] {
  const stored = mesh.stored('Service', service.namespace, service.name);
  if (!stored || stored.errors.length > 0) return [];
  const spec = (stored.resource.spec ?? {}) as ServiceSpec;
  const tails = (spec.ports ?? []).flatMap(port => tailsOf(mesh, stored, port));
  const inMesh = tails.map(tail => inMeshWayIn(service, tail));
  const viaGateways = gatewayWaysIn(mesh, service, tails);
  const viaGatewayApi = gatewayApiWaysIn(mesh, service);
  return uniqueIds([...viaGateways, ...viaGatewayApi, ...inMesh]);
}

function tailsOf(mesh: Mesh, stored: Stored, port: ServicePortSpec): Tail[] {
  const tails = new Map<string, Tail>();
  const backends = backendsOf(mesh, stored, port);
  for (const backend of backends.slice(0, MAX_BACKENDS)) {
    const tail = toTail(mesh, port, backend);
    // Pods whose proxies do the same are one way in.
    const key = JSON.stringify([
      tail.hops.map(hop => [hop.policies, hop.port, hop.protocol]),
      tail.mode,
      backend.uncertain,
      backend.unguarded === undefined,
    ]);
    if (!tails.has(key)) tails.set(key, tail);
  }
  const list = [...tails.values()];
  if (backends.length > MAX_BACKENDS) {
    const uncertain = `more than ${MAX_BACKENDS} kinds of Pods stand behind the port`;
    const { protocol, targetPort } = backends[0];
    list.push(toTail(mesh, port, { protocol, targetPort, uncertain }));
  }
  return list.length === 1
    ? list
    : list.map(tail => ({
        ...tail,
        suffix: `.${tail.backend.workload?.name ?? 'other'}`,
      }));
}

function toTail(mesh: Mesh, port: ServicePortSpec, backend: Backend): Tail {
  const { sidecar, targetPort, protocol } = backend;
  if (!sidecar) return { port, backend, suffix: '', hops: [], mode: undefined };
  const program = compileProxy(mesh, sidecar);
  return {
    port,
    backend,
    suffix: '',
    hops: [
      {
        proxy: sidecar,
        port: targetPort,
        protocol: protocol.chain,
        policies: [...program.policies],
      },
    ],
    mode: program.mutualTls && modeOf(program.mutualTls, targetPort),
  };
}

function inMeshWayIn(
  service: { namespace: string; name: string },
  { port, backend, suffix, hops, mode }: Tail,
): ResolvedWayIn {
  return {
    wayIn: {
      id: `mesh.${port.port}${suffix}`,
      kind: 'in-mesh',
      host: `${service.name}.${service.namespace}.svc.cluster.local`,
      port: port.port,
      protocol: backend.protocol.client,
      paths: [],
      hops,
      destination: { ...service, port: port.port },
      ...(backend.uncertain ? { uncertain: [backend.uncertain] } : {}),
      callerIdentity: callerIdentityOf(mode),
    },
    sniffed: backend.protocol.sniffed,
    ...(backend.unguarded ? { unguarded: backend.unguarded } : {}),
  };
}

function callerIdentityOf(
  mode: EffectiveMode | undefined,
): WayIn['callerIdentity'] {
  if (mode === 'STRICT') return 'required';
  return mode === undefined || mode === 'DISABLE' ? 'none' : 'optional';
}

/** Ids are made of names; where two come out equal a number tells them apart. */
function uniqueIds(waysIn: ResolvedWayIn[]): ResolvedWayIn[] {
  const seen = new Map<string, number>();
  return waysIn.map(resolved => {
    const id = resolved.wayIn.id
      .replaceAll('*', 'any')
      .replace(/[^A-Za-z0-9._-]/g, '_');
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    const unique = count === 1 ? id : `${id}.${count}`;
    return { ...resolved, wayIn: { ...resolved.wayIn, id: unique } };
  });
}
