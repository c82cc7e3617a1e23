import { ProxyRef } from '../model';
import { Mesh } from './Mesh';
import { GATEWAY_NAME_LABEL } from './policies';
import { identityOf, proxyKey, workloadsIn } from './workloads';
import { Family } from '../queries/queries';

const IDENTITY = new Family();

/** SPIFFE identity, without `spiffe://`, that a proxy's Pods connect with. */
export function gatewayWorkloadIdentity(mesh: Mesh, proxy: ProxyRef): string {
  return mesh.queries.get(IDENTITY, `${proxyKey(proxy)}/${proxy.name}`, () => {
    const wanted = JSON.stringify(Object.entries(proxy.labels).sort());
    const workload = workloadsIn(mesh, proxy.namespace).find(
      item =>
        item.name === proxy.name &&
        JSON.stringify(Object.entries(item.labels).sort()) === wanted,
    );
    if (workload) return identityOf(mesh, workload);
    // Istio names the service account of a gateway that it deploys like the gateway.
    const account = GATEWAY_NAME_LABEL in proxy.labels ? proxy.name : 'default';
    return `${mesh.trustDomain}/ns/${proxy.namespace}/sa/${account}`;
  });
}
