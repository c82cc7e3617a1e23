import { Mesh } from '../../attach/Mesh';
import { GATEWAY_NAME_LABEL, targetRefsOf } from '../../attach/policyIndex';
import { waypointOf } from '../../attach/waypoints';
import { ProxyRef, ProxyRequest } from '../../model';
import { Family } from '../../queries/queries';

const TARGETED = new Family();

/** A waypoint with the Service that a request is for, or why its answer is not known. */
export type WaypointProxy =
  | { kind: 'known'; proxy: ProxyRef }
  | { kind: 'unknown'; why: string }
  | { kind: 'wrong'; error: string };

/** Finds out which Service a waypoint has the request for: its policies depend on that. */
export function withService(
  mesh: Mesh,
  proxy: ProxyRef,
  { host }: ProxyRequest,
): WaypointProxy {
  const { kind, service } = proxy;
  if (service) {
    const { namespace, name } = service;
    return mesh.stored('Service', namespace, name)
      ? { kind: 'known', proxy }
      : {
          kind: 'wrong',
          error: `proxy.service: there is no Service ${namespace}/${name}`,
        };
  }
  if (kind !== 'waypoint') return { kind: 'known', proxy };
  const named = serviceOf(mesh, host);
  if (named) return { kind: 'known', proxy: { ...proxy, service: named } };
  return isTargeted(mesh, proxy)
    ? {
        kind: 'unknown',
        why: 'proxy.service is missing, and policies target Services of this waypoint',
      }
    : { kind: 'known', proxy };
}

/** The Service that a host names in full: a short name depends on the caller's namespace. */
function serviceOf(
  mesh: Mesh,
  host: string | undefined,
): ProxyRef['service'] | undefined {
  const bare = host?.toLowerCase().replace(/:\d+$/, '') ?? '';
  const [, name, namespace] =
    /^([^.]+)\.([^.]+)(?:\.svc(?:\.cluster\.local)?)?$/.exec(bare) ?? [];
  return name && mesh.stored('Service', namespace, name)
    ? { namespace, name }
    : undefined;
}

/** Whether a policy targets a Service that is reached by this waypoint. */
function isTargeted(mesh: Mesh, proxy: ProxyRef): boolean {
  const gateway = proxy.labels[GATEWAY_NAME_LABEL];
  const key = `${proxy.namespace}/${gateway}`;
  return mesh.queries.get(TARGETED, key, () =>
    ['RequestAuthentication', 'AuthorizationPolicy'].some(kind =>
      mesh.all(kind).some(stored =>
        targetRefsOf(stored).some(target => {
          if (target.kind !== 'Service') return false;
          const { namespace } = stored;
          const service = mesh.stored('Service', namespace, target.name);
          const waypoint = service && waypointOf(mesh, service);
          return (
            waypoint?.kind === 'waypoint' &&
            waypoint.proxy.namespace === proxy.namespace &&
            waypoint.proxy.labels[GATEWAY_NAME_LABEL] === gateway
          );
        }),
      ),
    ),
  );
}
