import { Mesh } from 'istio-jwt-policy-engine';

/** A path that the kubelet asks of a service's Pods. */
export interface KubeletProbe {
  path: string;
  /** One sentence or two: where it comes from, and whether it needs an exemption. */
  reason: string;
}

interface HttpProbe {
  container: string;
  kind: string;
  path: string;
  port: unknown;
  isRewritten: boolean;
}

/**
 * What the kubelet asks of the Pods behind a Service. It never comes by a gateway; but what probes a
 * workload from outside, such as a load balancer, is often set to the same path.
 */
export function listKubeletProbes(
  mesh: Mesh,
  service: { namespace: string; name: string },
): KubeletProbe[] {
  const { selector } = (mesh.get({ kind: 'Service', ...service })?.spec ??
    {}) as { selector?: Record<string, string> };
  const wanted = Object.entries(selector ?? {});
  if (wanted.length === 0) return [];
  const found = new Map<string, KubeletProbe>();
  for (const { metadata, spec } of mesh.list('Pod', service.namespace)) {
    const isMeant = wanted.every(
      ([key, value]) => metadata.labels?.[key] === value,
    );
    if (!isMeant) continue;
    const { httpProbes = [], containers = [] } = (spec ?? {}) as {
      httpProbes?: HttpProbe[];
      containers?: { name?: string }[];
    };
    const hasSidecar = containers.some(({ name }) => name === 'istio-proxy');
    for (const probe of httpProbes) {
      if (!found.has(probe.path)) {
        found.set(probe.path, {
          path: probe.path,
          reason: describeProbe(probe, hasSidecar),
        });
      }
    }
  }
  return [...found.values()];
}

function describeProbe(
  { container, kind, port, isRewritten }: HttpProbe,
  hasSidecar: boolean,
): string {
  const told = `The kubelet asks it for the ${kind} of container ${container}, port ${port}.`;
  if (hasSidecar && !isRewritten) {
    return `${told} Istio does not rewrite this probe, so a policy on the workload itself meets it: exempt it there.`;
  }
  return `${told} That never comes by a gateway${
    isRewritten
      ? ', and Istio has its agent ask in its place, past the sidecar'
      : ''
  }: exempt it only where a load balancer or a monitor asks the same path.`;
}
