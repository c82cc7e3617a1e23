import { ProxyRef } from '../model';
import { ServicePortSpec, ServiceSpec } from '../parse/specs';
import { servingContainersOf } from './containers';
import { servicesOfGateway } from './gatewayApi/gateways';
import { includesLabels, stringRecord } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { proxyKey } from './proxies';
import { Family, sameItems } from '../queries/queries';
import { selectWorkloads, type Workload } from './workloads';

const LISTEN_PORTS = new Family();

/** On a Service: a Gateway's port is not one of its ports. For Knative, which has several Services of one gateway. */
const NO_PORT_TRANSLATION =
  'experimental.istio.io/disable-gateway-port-translation';

/**
 * Ports on which a proxy listens for a listener of a Gateway API Gateway: the target ports of that
 * Gateway's own Services. None where these do not have the port.
 */
export function apiListenPorts(
  mesh: Mesh,
  gateway: Stored,
  proxy: ProxyRef,
  port: number,
): readonly number[] {
  const services = servicesOfGateway(mesh, gateway);
  // The Service that Istio makes maps each port to itself.
  if (services.length === 0) return [port];
  const found = services.flatMap(({ resource }) => {
    const ports = ((resource.spec ?? {}) as ServiceSpec).ports ?? [];
    const own = ports.find(item => item.port === port);
    return own ? resolveTargetPort(mesh, proxy, own) ?? [] : [];
  });
  return [...new Set(found)];
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
  return mesh.queries.get(
    LISTEN_PORTS,
    `${proxyKey(proxy)}/${port}`,
    () => findListenPorts(mesh, proxy, port),
    sameItems,
  );
}

function findListenPorts(mesh: Mesh, proxy: ProxyRef, port: number): number[] {
  const ports = new Set<number>();
  for (const stored of mesh.inNamespace('Service', proxy.namespace)) {
    if (stored.errors.length > 0) continue;
    const spec = (stored.resource.spec ?? {}) as ServiceSpec;
    const selector = spec.selector ?? {};
    if (Object.keys(selector).length === 0) continue;
    if (!includesLabels(proxy.labels, selector)) continue;
    const { labels } = stored.resource.metadata;
    if (NO_PORT_TRANSLATION in stringRecord(labels)) continue;
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
  const transport = port.protocol ?? 'TCP';
  return servingContainersOf(workload.spec)
    .flatMap(({ ports = [] }) => ports)
    .find(
      ({ name, protocol = 'TCP' }) =>
        name === port.targetPort && protocol === transport,
    )?.containerPort;
}

function numericTarget(port: ServicePortSpec): number | undefined {
  if (typeof port.targetPort === 'string') return undefined;
  return port.targetPort || port.port;
}
