import { ProxyRef } from '../model';
import { controllerOf, proxiesOfGateway } from './gatewayApi/gateways';
import { KubernetesGatewaySpec, ListenerSpec } from './gatewayApi/specs';
import { matchesLabelSelector, stringRecord } from './labels';
import { GATEWAY_API_GATEWAY } from './kindKeys';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { internProxy } from './proxies';

export const USE_WAYPOINT = 'istio.io/use-waypoint';

const WAYPOINT_FOR = 'istio.io/waypoint-for';
const INBOUND_BINDING = 'ambient.istio.io/waypoint-inbound-binding';
/** Protocol of the listener of a waypoint that stands behind a ztunnel of its own. */
const SANDWICH_PROTOCOL = 'istio.io/PROXY';

/** What is bound to a waypoint: Services and ServiceEntries, or Pods. */
export type Traffic = 'service' | 'workload';

/** A Gateway that something is bound to as its waypoint. */
export interface BoundWaypoint {
  /** For people. */
  label: string;
  /** The labels that ask for it. */
  askedBy: Readonly<Record<string, string>>;
  /** As it is for no Service in particular. */
  proxy: ProxyRef;
  /** Why it cannot be told what it does. */
  uncertain?: string;
}

/**
 * The waypoint that an object is bound to by its labels, or else by its namespace's (Istio's
 * fetchWaypointForTarget in serviceregistry/ambient/waypoints.go). Undefined where Istio goes on as if none
 * were asked for: the Gateway is not there, is for other traffic or does not allow the namespace.
 */
export function bindWaypoint(
  mesh: Mesh,
  own: Readonly<Record<string, string>>,
  namespace: string,
  traffic: Traffic,
): BoundWaypoint | undefined {
  const askedBy =
    USE_WAYPOINT in own
      ? own
      : labelsOf(mesh.stored('Namespace', '', namespace));
  const wanted = askedBy[USE_WAYPOINT];
  if (!wanted || wanted === 'none') return undefined;
  const place = askedBy[`${USE_WAYPOINT}-namespace`] ?? namespace;
  const gateway = mesh.stored(GATEWAY_API_GATEWAY, place, wanted);
  if (!gateway || !isFor(mesh, gateway, traffic)) return undefined;
  const label = `waypoint ${place}/${wanted}`;
  const why = uncertaintyOf(mesh, gateway, namespace, label);
  if (why === 'not-allowed') return undefined;
  const [proxy, ...others] =
    gateway.errors.length > 0
      ? []
      : proxiesOfGateway(mesh, gateway, 'waypoint');
  const uncertain = [
    why,
    proxy ? undefined : `no Pod of ${label} is known`,
    others.length > 0 ? `several kinds of Pods run ${label}` : undefined,
  ].find(reason => reason !== undefined);
  return {
    label,
    askedBy,
    proxy:
      proxy ??
      internProxy(mesh, {
        kind: 'waypoint',
        namespace: place,
        name: wanted,
        labels: {},
      }),
    ...(uncertain === undefined ? {} : { uncertain }),
  };
}

/** Whether a Gateway is a waypoint for some traffic: its own label says it, or else that of its class. */
function isFor(mesh: Mesh, gateway: Stored, traffic: Traffic): boolean {
  const wanted =
    labelsOf(gateway)[WAYPOINT_FOR] ??
    labelsOf(classOf(mesh, gateway))[WAYPOINT_FOR] ??
    'service';
  return wanted === traffic || wanted === 'all';
}

/** Why a Gateway that is named as waypoint may not be one; `not-allowed` where it surely is not. */
function uncertaintyOf(
  mesh: Mesh,
  gateway: Stored,
  namespace: string,
  label: string,
): string | 'not-allowed' | undefined {
  if (gateway.errors.length > 0) return `the Gateway of ${label} is malformed`;
  const { gatewayClassName } = specOf(gateway);
  if (controllerOf(mesh, gateway) !== 'waypoint') {
    return `the Gateway of ${label} is of class ${gatewayClassName}, which is not known to be Istio's waypoint`;
  }
  if (!allows(mesh, gateway, namespace)) return 'not-allowed';
  const { status } = gateway.resource;
  const addresses = (status as { addresses?: unknown } | undefined)?.addresses;
  const isWaiting =
    status !== undefined && !(Array.isArray(addresses) && addresses.length > 0);
  return isWaiting
    ? `${label} has no address yet, and until it has one callers pass it by`
    : undefined;
}

/** Whether a waypoint lets a namespace use it (Istio's makeAllowedRoutes); anything but `All` and `Selector` is `Same`. */
function allows(mesh: Mesh, gateway: Stored, namespace: string): boolean {
  const { listeners = [] } = specOf(gateway);
  const listener =
    boundListener(mesh, gateway, listeners) ??
    listeners.find(
      ({ protocol, port }) => protocol === 'HBONE' && port === 15008,
    );
  const { from, selector } = listener?.allowedRoutes?.namespaces ?? {};
  switch (from) {
    case 'All':
      return true;
    case 'Selector': {
      if (!selector) return false;
      const labels = labelsOf(mesh.stored('Namespace', '', namespace));
      return matchesLabelSelector(selector, {
        ...labels,
        'kubernetes.io/metadata.name': namespace,
      });
    }
    default:
      return namespace === gateway.namespace;
  }
}

/** The listener that an annotation names, such as `PROXY/15088`. */
function boundListener(
  mesh: Mesh,
  gateway: Stored,
  listeners: readonly ListenerSpec[],
): ListenerSpec | undefined {
  const annotation =
    annotationsOf(gateway)[INBOUND_BINDING] ??
    annotationsOf(classOf(mesh, gateway))[INBOUND_BINDING];
  const [, protocol, port] =
    /^(PROXY|NONE)(?:\/([^/]*))?$/.exec(annotation ?? '') ?? [];
  if (protocol === undefined) return undefined;
  const number = /^\d+$/.test(port ?? '') ? Number(port) : 0;
  if (number > 0) return listeners.find(item => item.port === number);
  return protocol === 'PROXY'
    ? listeners.find(item => item.protocol === SANDWICH_PROTOCOL)
    : undefined;
}

function classOf(mesh: Mesh, gateway: Stored): Stored | undefined {
  return mesh.stored(
    'GatewayClass',
    '',
    specOf(gateway).gatewayClassName ?? '',
  );
}

function specOf({ resource }: Stored): KubernetesGatewaySpec {
  return (resource.spec ?? {}) as KubernetesGatewaySpec;
}

export function labelsOf(
  stored: Stored | undefined,
): Readonly<Record<string, string>> {
  return stringRecord(stored?.resource.metadata.labels);
}

function annotationsOf(
  stored: Stored | undefined,
): Readonly<Record<string, string>> {
  return stringRecord(stored?.resource.metadata.annotations);
}
