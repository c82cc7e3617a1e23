import { Mesh, ProxyRef } from 'istio-jwt-policy-engine';
import { isRecord } from '../api/object';

/** A workload behind a Service, as far as requests need it. @internal */
export interface Backend {
  proxy: ProxyRef;
  pod: string;
  ip: string;
  serviceAccount: string;
  /** The Service's target port on this workload. */
  port: number;
}

/** Backends by Service and port, until the mesh changes. */
const cache = new WeakMap<
  Mesh,
  { revision: number; backends: Map<string, Backend[]> }
>();

/**
 * The workloads that a Service port selects, in name order.
 *
 * @param servicePort - port number of the Service
 * @internal
 */
export function findBackends(
  mesh: Mesh,
  service: { namespace: string; name: string },
  servicePort: number,
): Backend[] {
  const cached = cache.get(mesh);
  const known =
    cached?.revision === mesh.revision
      ? cached.backends
      : new Map<string, Backend[]>();
  cache.set(mesh, { revision: mesh.revision, backends: known });
  const key = `${service.namespace}/${service.name}:${servicePort}`;
  let backends = known.get(key);
  if (!backends) {
    backends = selectBackends(mesh, service, servicePort);
    known.set(key, backends);
  }
  return backends;
}

function selectBackends(
  mesh: Mesh,
  service: { namespace: string; name: string },
  servicePort: number,
): Backend[] {
  const spec = mesh.get({ kind: 'Service', ...service })?.spec;
  if (!isRecord(spec) || !isRecord(spec.selector)) {
    return [];
  }
  const wanted = Object.entries(spec.selector);
  const port = (Array.isArray(spec.ports) ? spec.ports : []).find(
    entry => entry?.port === servicePort,
  );
  return mesh
    .list('Pod')
    .filter(
      ({ metadata }) =>
        metadata.namespace === service.namespace &&
        wanted.every(([key, value]) => metadata.labels?.[key] === value),
    )
    .map(pod => {
      const podSpec: Record<string, any> = isRecord(pod.spec) ? pod.spec : {};
      const containers: any[] = podSpec.containers ?? [];
      const status: Record<string, any> = isRecord(pod.status)
        ? pod.status
        : {};
      return {
        proxy: {
          kind: classifyProxy(containers),
          namespace: service.namespace,
          name: pod.metadata.labels?.app ?? pod.metadata.name,
          labels: pod.metadata.labels ?? {},
        },
        pod: pod.metadata.name,
        ip: String(status.podIP ?? ''),
        serviceAccount: String(podSpec.serviceAccountName ?? 'default'),
        port: resolveTargetPort(port, containers) ?? servicePort,
      };
    });
}

function classifyProxy(containers: any[]): ProxyRef['kind'] {
  const proxy = containers.find(({ name }) => name === 'istio-proxy');
  if (!proxy) {
    return 'none';
  }
  return proxy.args?.includes('router') ? 'gateway' : 'sidecar';
}

function resolveTargetPort(port: any, containers: any[]): number | undefined {
  if (typeof port?.targetPort === 'string') {
    return containers
      .flatMap(({ ports }) => ports ?? [])
      .find(({ name }) => name === port.targetPort)?.containerPort;
  }
  return port?.targetPort;
}
