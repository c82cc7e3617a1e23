import { assessService, Mesh, ProxyRef } from 'istio-jwt-policy-engine';

export interface ProxyPod {
  namespace: string;
  name: string;
}

/** Running Pods of the proxies that ways in of a service come to first. */
export function listProxyPods(
  mesh: Mesh,
  service: { namespace: string; name: string },
  wayInIds: readonly string[],
): ProxyPod[] {
  const proxies = assessService(mesh, service).waysIn.flatMap(
    ({ id, hops: [hop] }) => (hop && wayInIds.includes(id) ? hop.proxy : []),
  );
  return listPods(mesh, proxies);
}

function listPods(mesh: Mesh, proxies: readonly ProxyRef[]): ProxyPod[] {
  const namespaces = [...new Set(proxies.map(proxy => proxy.namespace))].sort();
  const pods = namespaces.flatMap(namespace => mesh.list('Pod', namespace));
  return pods.flatMap(({ metadata, status }): ProxyPod[] => {
    const { namespace = '', name, labels } = metadata;
    const isMeant =
      (status as { phase?: string } | undefined)?.phase === 'Running' &&
      proxies.some(
        proxy =>
          proxy.namespace === namespace &&
          Object.entries(proxy.labels).every(
            ([key, value]) => labels?.[key] === value,
          ),
      );
    return isMeant ? [{ namespace, name }] : [];
  });
}
