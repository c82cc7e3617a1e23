import { ProxyRef } from '../model';
import type { Mesh } from './Mesh';
import type { Workload } from './workloads';
import { Family } from '../queries/queries';

const PROXY = new Family();

const proxies = new WeakMap<Workload, Map<ProxyRef['kind'], ProxyRef>>();
/** Only of proxies made here: a caller's own object may change. */
const proxyKeys = new WeakMap<ProxyRef, string>();

/** The proxy of a workload; always the same object for the same workload and kind. */
export function proxyOf(workload: Workload, kind: ProxyRef['kind']): ProxyRef {
  let kinds = proxies.get(workload);
  if (!kinds) proxies.set(workload, (kinds = new Map()));
  let proxy = kinds.get(kind);
  if (!proxy) {
    const { namespace, name, labels } = workload;
    proxy = { kind, namespace, name, labels };
    proxyKeys.set(proxy, keyOfProxy(proxy));
    kinds.set(kind, proxy);
  }
  return proxy;
}

/** The one object for a proxy that is described instead of read from a Pod. */
export function internProxy(mesh: Mesh, proxy: ProxyRef): ProxyRef {
  const key = keyOfProxy(proxy);
  return mesh.queries.get(PROXY, `${key}/${proxy.name}`, () => {
    proxyKeys.set(proxy, key);
    return proxy;
  });
}

/** Identifies a proxy's configuration: two Pods with equal keys get the same policies. */
export function proxyKey(proxy: ProxyRef): string {
  return proxyKeys.get(proxy) ?? keyOfProxy(proxy);
}

function keyOfProxy(proxy: ProxyRef): string {
  const labels = Object.entries(proxy.labels).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const { service } = proxy;
  const scope = service ? `/for/${service.namespace}/${service.name}` : '';
  return `${proxy.kind}/${proxy.namespace}/${JSON.stringify(labels)}${scope}`;
}
