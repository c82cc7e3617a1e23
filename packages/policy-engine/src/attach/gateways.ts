import { ProxyRef, ResourceRef } from '../model';
import {
  GatewayServerSpec,
  GatewaySpec,
  ServicePortSpec,
  ServiceSpec,
} from '../parse/specs';
import { Mesh, Stored } from './Mesh';
import { sameItems } from './queries';
import {
  includesLabels,
  isRouter,
  proxyKey,
  proxyOf,
  selectWorkloads,
  Workload,
  workloadsIn,
} from './workloads';

/** What a Gateway server does with a connection. */
export type ServerLayer =
  | 'http'
  | 'https'
  /** TLS is ended at the gateway, then plain TCP. */
  | 'tls'
  | 'passthrough'
  | 'tcp'
  /** AUTO_PASSTHROUGH carries mesh-internal mutual TLS between networks. */
  | 'mesh-internal';

/** One server of a Gateway object. */
export interface GatewayServer {
  readonly gateway: ResourceRef;
  readonly namespace: string;
  readonly index: number;
  /** Port that clients connect to. */
  readonly port: number;
  readonly layer: ServerLayer;
  readonly hosts: readonly { namespace: string; host: string }[];
  readonly httpsRedirect: boolean;
  /** Whether a client certificate is asked for. */
  readonly clientCertificate: boolean;
}

export const GATEWAY_PROXY = 'gateway';

const servers = new WeakMap<Stored, readonly GatewayServer[]>();

/** Servers of a valid Gateway object; none for a malformed one. */
export function serversOf(stored: Stored): readonly GatewayServer[] {
  let list = servers.get(stored);
  if (!list) {
    const spec = (stored.resource.spec ?? {}) as GatewaySpec;
    list =
      stored.errors.length > 0
        ? []
        : (spec.servers ?? []).map((server, index) =>
            readServer(stored, server, index),
          );
    servers.set(stored, list);
  }
  return list;
}

function readServer(
  stored: Stored,
  server: GatewayServerSpec,
  index: number,
): GatewayServer {
  const { name, namespace = '' } = stored.resource.metadata;
  const mode = server.tls?.mode ?? '';
  return {
    gateway: { kind: 'Gateway', namespace, name },
    namespace,
    index,
    port: server.port.number,
    layer: layerOf(server.port.protocol.toUpperCase(), mode),
    hosts: server.hosts.map(text => readHost(text, namespace)),
    httpsRedirect: server.tls?.httpsRedirect ?? false,
    clientCertificate: mode.includes('MUTUAL'),
  };
}

function layerOf(protocol: string, mode: string): ServerLayer {
  if (mode === 'AUTO_PASSTHROUGH') return 'mesh-internal';
  if (mode === 'PASSTHROUGH') return 'passthrough';
  if (['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB'].includes(protocol)) return 'http';
  if (protocol === 'HTTPS') return 'https';
  if (protocol === 'TLS') return 'tls';
  return mode === '' ? 'tcp' : 'tls';
}

function readHost(
  text: string,
  own: string,
): { namespace: string; host: string } {
  const cut = text.indexOf('/');
  if (cut < 0) return { namespace: '*', host: text.toLowerCase() };
  const namespace = text.slice(0, cut);
  return {
    namespace: namespace === '.' ? own : namespace,
    host: text.slice(cut + 1).toLowerCase(),
  };
}

/** Workloads of all namespaces that a Gateway selects. An empty selector means every gateway. */
export function gatewayWorkloads(
  mesh: Mesh,
  stored: Stored,
): readonly Workload[] {
  const { selector = {} } = (stored.resource.spec ?? {}) as GatewaySpec;
  const key = JSON.stringify(Object.entries(selector).sort());
  return mesh.queries.get(
    `gateway-workloads/${key}`,
    () =>
      mesh
        .namespacesOf('Pod')
        .flatMap(namespace =>
          Object.keys(selector).length > 0
            ? selectWorkloads(mesh, namespace, selector)
            : workloadsIn(mesh, namespace).filter(({ spec }) => isRouter(spec)),
        ),
    sameItems,
  );
}

/** Gateway objects that a gateway proxy serves, with the ports that it listens on. */
export function serversOfProxy(
  mesh: Mesh,
  proxy: ProxyRef,
): readonly { server: GatewayServer; listenPorts: readonly number[] }[] {
  return mesh.queries.get(`servers-of-proxy/${proxyKey(proxy)}`, () =>
    mesh
      .all('Gateway')
      .filter(stored => {
        const { selector } = (stored.resource.spec ?? {}) as GatewaySpec;
        return includesLabels(proxy.labels, selector ?? {});
      })
      .sort((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1))
      .flatMap(serversOf)
      .map(server => ({
        server,
        listenPorts: listenPortsOf(mesh, proxy, server.port),
      })),
  );
}

/**
 * Ports on which a gateway proxy listens for a server's port: the target ports of the Services in
 * front of it, or the port itself where no Service has it.
 */
export function listenPortsOf(
  mesh: Mesh,
  proxy: ProxyRef,
  port: number,
): readonly number[] {
  const ports = new Set<number>();
  for (const stored of mesh.inNamespace('Service', proxy.namespace)) {
    if (stored.errors.length > 0) continue;
    const spec = (stored.resource.spec ?? {}) as ServiceSpec;
    const { selector = {} } = spec;
    if (Object.keys(selector).length === 0) continue;
    if (!includesLabels(proxy.labels, selector)) continue;
    const found = spec.ports?.find(item => item.port === port);
    const target = found && resolveTargetPort(mesh, proxy, found);
    if (target !== undefined) ports.add(target);
  }
  return ports.size > 0 ? [...ports].sort((a, b) => a - b) : [port];
}

function resolveTargetPort(
  mesh: Mesh,
  proxy: ProxyRef,
  port: ServicePortSpec,
): number | undefined {
  const workloads = selectWorkloads(mesh, proxy.namespace, proxy.labels);
  return workloads.length > 0
    ? targetPortOf(workloads[0], port)
    : numericTarget(port);
}

/** The Pod port behind a Service port; undefined where a named port is not there. */
export function targetPortOf(
  workload: Workload,
  port: ServicePortSpec,
): number | undefined {
  if (typeof port.targetPort !== 'string') return numericTarget(port);
  const containers = [
    ...(workload.spec.containers ?? []),
    ...(workload.spec.initContainers ?? []),
  ];
  for (const container of containers) {
    const named = container.ports?.find(({ name }) => name === port.targetPort);
    if (named) return named.containerPort;
  }
  return undefined;
}

function numericTarget(port: ServicePortSpec): number | undefined {
  if (typeof port.targetPort === 'string') return undefined;
  return port.targetPort || port.port;
}

export function gatewayProxyOf(workload: Workload): ProxyRef {
  return proxyOf(workload, GATEWAY_PROXY);
}

/** Sorts as Istio does: oldest first, then by name. */
export function ageOf({ resource: { metadata } }: Stored): string {
  return `${metadata.creationTimestamp ?? ''}/${metadata.name}.${
    metadata.namespace ?? ''
  }`;
}
