import { ProxyRef } from '../model';
import { controllerOf, proxiesOfGateway } from './gatewayApi/gateways';
import { allowedNamespaces } from './gatewayApi/listeners';
import { KubernetesGatewaySpec } from './gatewayApi/specs';
import { stringRecord } from './labels';
import { GATEWAY_API_GATEWAY } from './kindKeys';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { internProxy } from './proxies';
import { Family, sameData } from '../queries/queries';

const WAYPOINT = new Family();
const WAYPOINT_IN_NAMESPACE = new Family();

const USE_WAYPOINT = 'istio.io/use-waypoint';

/** The waypoint of a Service. */
export type Waypoint =
  | { kind: 'none' }
  | {
      kind: 'waypoint';
      proxy: ProxyRef;
      /** Requests from gateways pass it too. */
      fromGateways: boolean;
      /** Why it cannot be told what it does. */
      uncertain?: string;
    };

const NONE: Waypoint = { kind: 'none' };

/**
 * The waypoint that callers in ambient mode, and gateways where the Service asks for it, send a
 * Service's requests to (Istio's serviceregistry/ambient/waypoints.go).
 */
export function waypointOf(mesh: Mesh, service: Stored): Waypoint {
  const { namespace, name } = service;
  // Most Services ask for none, by themselves or by their namespace.
  if (!(USE_WAYPOINT in labelsOf(service)) && !isAskedForIn(mesh, namespace)) {
    return NONE;
  }
  return mesh.queries.get(
    WAYPOINT,
    `${namespace}/${name}`,
    () => {
      const stored = mesh.stored('Service', namespace, name) ?? service;
      return findWaypoint(mesh, stored);
    },
    sameData,
  );
}

function isAskedForIn(mesh: Mesh, namespace: string): boolean {
  return mesh.queries.get(
    WAYPOINT_IN_NAMESPACE,
    namespace,
    () => USE_WAYPOINT in labelsOf(mesh.stored('Namespace', '', namespace)),
  );
}

function findWaypoint(mesh: Mesh, service: Stored): Waypoint {
  const { namespace, name } = service;
  const own = labelsOf(service);
  // A waypoint's own Service has none.
  if ('gateway.istio.io/managed' in own) return NONE;
  const outer = labelsOf(mesh.stored('Namespace', '', namespace));
  const source = USE_WAYPOINT in own ? own : outer;
  const wanted = source[USE_WAYPOINT];
  if (!wanted || wanted === 'none') return NONE;
  const place = source[`${USE_WAYPOINT}-namespace`] || namespace;
  const gateway = mesh.stored(GATEWAY_API_GATEWAY, place, wanted);
  // Istio goes on as if no waypoint were asked for.
  if (!gateway) return NONE;
  const label = `waypoint ${place}/${wanted}`;
  const [proxy, ...others] =
    gateway.errors.length > 0
      ? []
      : proxiesOfGateway(mesh, gateway, 'waypoint');
  const why = uncertaintyOf(mesh, gateway, namespace, label);
  if (why === 'not-used') return NONE;
  const reasons = [
    why,
    proxy ? undefined : `no Pod of ${label} is known`,
    others.length > 0 ? `several kinds of Pods run ${label}` : undefined,
    source[`${USE_WAYPOINT}-canary`]
      ? `a share of the requests goes to another waypoint than ${label}`
      : undefined,
  ];
  const uncertain = reasons.find(reason => reason !== undefined);
  const fromGateways = parseBool(
    own['istio.io/ingress-use-waypoint'] ??
      outer['istio.io/ingress-use-waypoint'],
  );
  return {
    kind: 'waypoint',
    proxy: internProxy(mesh, {
      ...(proxy ?? {
        kind: 'waypoint',
        namespace: place,
        name: wanted,
        labels: {},
      }),
      service: { namespace, name },
    }),
    fromGateways,
    ...(uncertain === undefined ? {} : { uncertain }),
  };
}

/** Why a Gateway that is named as waypoint may not be one; `not-used` where it surely is not. */
function uncertaintyOf(
  mesh: Mesh,
  gateway: Stored,
  namespace: string,
  label: string,
): string | 'not-used' | undefined {
  if (gateway.errors.length > 0) return `the Gateway of ${label} is malformed`;
  const spec = (gateway.resource.spec ?? {}) as KubernetesGatewaySpec;
  const controller = controllerOf(mesh, gateway);
  if (controller !== 'waypoint') {
    return `the Gateway of ${label} is of class ${spec.gatewayClassName}, which is not known to be Istio's waypoint`;
  }
  const [listener] = spec.listeners ?? [];
  const allowed = allowedNamespaces(
    mesh,
    gateway.namespace,
    listener?.allowedRoutes?.namespaces,
  );
  if (!allowed.includes('*') && !allowed.includes(namespace)) return 'not-used';
  const traffic =
    labelsOf(gateway)['istio.io/waypoint-for'] ??
    labelsOf(mesh.stored('GatewayClass', '', spec.gatewayClassName ?? ''))[
      'istio.io/waypoint-for'
    ] ??
    'service';
  if (traffic !== 'service' && traffic !== 'all') return 'not-used';
  const { status } = gateway.resource;
  const addresses = (status as { addresses?: unknown } | undefined)?.addresses;
  const isWaiting =
    status !== undefined && !(Array.isArray(addresses) && addresses.length > 0);
  return isWaiting
    ? `${label} has no address yet, and until it has one callers pass it by`
    : undefined;
}

function labelsOf(stored: Stored | undefined): Record<string, string> {
  return stringRecord(stored?.resource.metadata.labels);
}

/** As Go's strconv.ParseBool. */
function parseBool(text: string | undefined): boolean {
  return text !== undefined && /^(1|t|T|TRUE|true|True)$/.test(text);
}
