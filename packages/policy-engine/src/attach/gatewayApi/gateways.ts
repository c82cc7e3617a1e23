import { ProxyRef } from '../../model';
import { ServiceSpec } from '../../parse/specs';
import { includesLabels, stringRecord } from '../labels';
import { GATEWAY_API_GATEWAY } from '../kindKeys';
import type { Mesh } from '../Mesh';
import type { Stored } from '../Stored';
import { GATEWAY_NAME_LABEL } from '../policies';
import { internProxy, proxyOf } from '../proxies';
import { Family, sameItems } from '../../queries/queries';
import { selectWorkloads } from '../workloads';
import { KubernetesGatewaySpec } from './specs';

const GATEWAY_API_PROXIES = new Family();

/** What runs a Gateway: Istio's gateways, its waypoints, nothing (remote), or somebody else. */
export type Controller = 'gateway' | 'waypoint' | 'remote' | 'other';

const BUILT_IN: ReadonlyMap<unknown, Controller> = new Map([
  ['istio', 'gateway'],
  ['istio-waypoint', 'waypoint'],
  ['istio-remote', 'remote'],
]);

const CONTROLLERS: ReadonlyMap<unknown, Controller> = new Map([
  ['istio.io/gateway-controller', 'gateway'],
  ['istio.io/mesh-controller', 'waypoint'],
  ['istio.io/unmanaged-gateway', 'remote'],
]);

export function controllerOf(mesh: Mesh, gateway: Stored): Controller {
  const gatewayClassName: unknown = specOf(gateway).gatewayClassName ?? '';
  if (typeof gatewayClassName !== 'string') return 'other';
  const known = mesh.stored('GatewayClass', '', gatewayClassName);
  if (!known) return BUILT_IN.get(gatewayClassName) ?? 'other';
  const spec = known.resource.spec as { controllerName?: unknown } | null;
  return CONTROLLERS.get(spec?.controllerName) ?? 'other';
}

/** Whether Istio deploys the proxy itself: no address, or one IP address. */
export function isManaged(gateway: Stored): boolean {
  const { addresses = [] } = readableSpecOf(gateway);
  if (addresses.length === 0) return true;
  const [{ type }] = addresses;
  return addresses.length === 1 && (!type || type === 'IPAddress');
}

/** Names of the Services in front of a Gateway's proxies; all in the Gateway's namespace. */
function serviceNamesOf(gateway: Stored): string[] {
  if (isManaged(gateway)) return [managedName(gateway)];
  const { namespace } = gateway;
  const { addresses = [] } = readableSpecOf(gateway);
  return addresses.flatMap(({ type, value = '' }) => {
    if (type && type !== 'Hostname') return [];
    if (!value.includes('.')) return [value];
    const [short, place, svc] = value.split('.');
    return svc === 'svc' && place === namespace ? [short] : [];
  });
}

function managedName(gateway: Stored): string {
  const { annotations } = gateway.resource.metadata;
  return (
    stringRecord(annotations)['gateway.istio.io/name-override'] ??
    `${gateway.name}-${readableSpecOf(gateway).gatewayClassName}`
  );
}

/** Services in front of a Gateway's proxies, of those that exist. */
export function servicesOfGateway(mesh: Mesh, gateway: Stored): Stored[] {
  const { namespace } = gateway;
  return serviceNamesOf(gateway).flatMap(name => {
    const stored = mesh.stored('Service', namespace, name);
    return stored && stored.errors.length === 0 ? [stored] : [];
  });
}

/** Whether a proxy serves a Gateway. */
export function isProxyOf(
  mesh: Mesh,
  gateway: Stored,
  proxy: ProxyRef,
): boolean {
  const { name, namespace } = gateway;
  if (namespace !== proxy.namespace) return false;
  const services = servicesOfGateway(mesh, gateway);
  if (services.length > 0) {
    return services.some(service => {
      const selector = selectorOf(service);
      return (
        Object.keys(selector).length > 0 &&
        includesLabels(proxy.labels, selector)
      );
    });
  }
  return isManaged(gateway) && proxy.labels[GATEWAY_NAME_LABEL] === name;
}

/**
 * The proxies of a Gateway. A Gateway that Istio deploys has one even where its Pods are not among
 * the objects: what they will look like follows from the Gateway.
 */
export function proxiesOfGateway(
  mesh: Mesh,
  gateway: Stored,
  kind: 'gateway' | 'waypoint',
): readonly ProxyRef[] {
  const { name, namespace } = gateway;
  return mesh.queries.get(
    GATEWAY_API_PROXIES,
    `${kind}/${namespace}/${name}`,
    () => {
      const stored = mesh.stored(GATEWAY_API_GATEWAY, namespace, name);
      if (!stored) return [];
      const services = servicesOfGateway(mesh, stored);
      const selectors = services.map(selectorOf);
      if (services.length === 0 && isManaged(stored)) {
        selectors.push({ [GATEWAY_NAME_LABEL]: name });
      }
      const workloads = selectors.flatMap(selector =>
        Object.keys(selector).length > 0
          ? selectWorkloads(mesh, namespace, selector)
          : [],
      );
      if (workloads.length > 0) {
        return [...new Set(workloads)].map(item => proxyOf(item, kind));
      }
      return isManaged(stored)
        ? [internProxy(mesh, describeProxy(stored, kind))]
        : [];
    },
    sameItems,
  );
}

/** The proxy that Istio would deploy. */
function describeProxy(
  gateway: Stored,
  kind: 'gateway' | 'waypoint',
): ProxyRef {
  const { namespace, name, resource } = gateway;
  const { labels } = resource.metadata;
  const own = kind === 'waypoint' ? name : managedName(gateway);
  const controller = kind === 'waypoint' ? 'mesh' : 'gateway';
  return {
    kind,
    namespace,
    name: own,
    labels: {
      ...stringRecord(readableSpecOf(gateway).infrastructure?.labels ?? labels),
      [GATEWAY_NAME_LABEL]: name,
      'gateway.istio.io/managed': `istio.io-${controller}-controller`,
      'service.istio.io/canonical-name': own,
      'service.istio.io/canonical-revision': 'latest',
      'sidecar.istio.io/inject': kind === 'waypoint' ? 'false' : 'true',
    },
  };
}

function specOf({ resource }: Stored): KubernetesGatewaySpec {
  return (resource.spec ?? {}) as KubernetesGatewaySpec;
}

/** Nothing of a malformed one, in which anything may stand. */
function readableSpecOf(gateway: Stored): Partial<KubernetesGatewaySpec> {
  return gateway.errors.length > 0 ? {} : specOf(gateway);
}

function selectorOf({ resource }: Stored): Record<string, string> {
  return stringRecord((resource.spec as ServiceSpec | undefined)?.selector);
}
