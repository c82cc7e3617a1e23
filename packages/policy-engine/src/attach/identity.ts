import { ProxyRef } from '../model';
import { Mesh } from './Mesh';
import { identityOf, proxyKey, workloadsIn } from './workloads';

/** SPIFFE identity, without `spiffe://`, that a proxy's Pods connect with. */
export function gatewayWorkloadIdentity(mesh: Mesh, proxy: ProxyRef): string {
  return mesh.queries.get(`identity/${proxyKey(proxy)}/${proxy.name}`, () => {
    const wanted = JSON.stringify(Object.entries(proxy.labels).sort());
    const workload = workloadsIn(mesh, proxy.namespace).find(
      item =>
        item.name === proxy.name &&
        JSON.stringify(Object.entries(item.labels).sort()) === wanted,
    );
    return workload
      ? identityOf(mesh, workload)
      : `${mesh.trustDomain}/ns/${proxy.namespace}/sa/default`;
  });
}
