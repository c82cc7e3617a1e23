import { ProxyRef } from '../model';
import { ServiceSpec } from '../parse/specs';
import { isTrue } from '../parse/isTrue';
import { GATEWAY_API_GATEWAY } from './kindKeys';
import type { Mesh } from './Mesh';
import { GATEWAY_NAME_LABEL, targetingOf } from './policyIndex';
import type { Stored } from './Stored';
import { internProxy } from './proxies';
import {
  bindWaypoint,
  BoundWaypoint,
  labelsOf,
  USE_WAYPOINT,
} from './waypointBinding';
import { Family, sameData } from '../queries/queries';
import type { Workload } from './workloads';

const WAYPOINT = new Family();
const WAYPOINT_OF_PODS = new Family();
const WAYPOINT_OF_ENTRY = new Family();
const WAYPOINT_IN_NAMESPACE = new Family();

/** The waypoint of a Service, of a ServiceEntry or of Pods. */
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
  const bound = bindWaypoint(mesh, own, namespace, 'service');
  if (!bound) return NONE;
  const { label, askedBy, proxy } = bound;
  const uncertain = [
    bound.uncertain,
    askedBy[`${USE_WAYPOINT}-canary`]
      ? `a share of the requests goes to another waypoint than ${label}`
      : undefined,
    isHeadless(service)
      ? `the Service is headless, so callers address its Pods, and whether any request passes ${label} is not known`
      : undefined,
  ].find(reason => reason !== undefined);
  const outer = labelsOf(mesh.stored('Namespace', '', namespace));
  const fromGateways = isTrue(
    own['istio.io/ingress-use-waypoint'] ??
      outer['istio.io/ingress-use-waypoint'],
  );
  return {
    kind: 'waypoint',
    proxy: internProxy(mesh, { ...proxy, service: { namespace, name } }),
    fromGateways,
    ...(uncertain === undefined ? {} : { uncertain }),
  };
}

/** Whether a Service has no address by which ztunnel could know it. */
export function isHeadless({ resource }: Stored): boolean {
  return (resource.spec as ServiceSpec | undefined)?.clusterIP === 'None';
}

/**
 * The waypoint that callers in ambient mode send to what they address to a Pod. It knows no Service then, so
 * that policies for one do not apply (the chain `direct-http` of Istio's listener_waypoint.go).
 */
export function waypointOfPods(
  mesh: Mesh,
  { namespace, labels }: Pick<Workload, 'namespace' | 'labels'>,
): Waypoint {
  if (!(USE_WAYPOINT in labels) && !isAskedForIn(mesh, namespace)) return NONE;
  const telling = Object.fromEntries(
    [USE_WAYPOINT, `${USE_WAYPOINT}-namespace`, GATEWAY_NAME_LABEL].flatMap(
      key => (key in labels ? [[key, labels[key]]] : []),
    ),
  );
  return mesh.queries.get(
    WAYPOINT_OF_PODS,
    `${namespace}/${JSON.stringify(telling)}`,
    () => {
      const gateway = telling[GATEWAY_NAME_LABEL];
      // The Pods of a waypoint have none.
      if (gateway && mesh.stored(GATEWAY_API_GATEWAY, namespace, gateway)) {
        return NONE;
      }
      return toWaypoint(bindWaypoint(mesh, telling, namespace, 'workload'));
    },
    sameData,
  );
}

/**
 * The waypoint of a ServiceEntry, which Istio binds as it does Services. Policies for a Service do not apply
 * there (policyattachment.go); where one is for the entry itself, what it does is not known.
 */
export function waypointOfEntry(mesh: Mesh, entry: Stored): Waypoint {
  const { namespace, name } = entry;
  if (!(USE_WAYPOINT in labelsOf(entry)) && !isAskedForIn(mesh, namespace)) {
    return NONE;
  }
  return mesh.queries.get(
    WAYPOINT_OF_ENTRY,
    `${namespace}/${name}`,
    () => {
      const stored = mesh.stored('ServiceEntry', namespace, name) ?? entry;
      const bound = bindWaypoint(mesh, labelsOf(stored), namespace, 'service');
      const [policy] = targetingOf(mesh, namespace, `ServiceEntry/${name}`);
      return toWaypoint(
        bound && policy && bound.uncertain === undefined
          ? {
              ...bound,
              uncertain: `${policy.resource.kind} ${namespace}/${policy.name} is for ServiceEntry ${namespace}/${name}, which the engine does not follow`,
            }
          : bound,
      );
    },
    sameData,
  );
}

function toWaypoint(bound: BoundWaypoint | undefined): Waypoint {
  if (!bound) return NONE;
  const { proxy, uncertain } = bound;
  return {
    kind: 'waypoint',
    proxy,
    fromGateways: false,
    ...(uncertain === undefined ? {} : { uncertain }),
  };
}
