import type { Mesh } from '../Mesh';
import type { Stored } from '../Stored';
import { Backends, backendsOfRoute } from './backendRefs';
import { BackendRefSpec, RouteFilterSpec, RouteSpec } from './specs';

/**
 * Whether Istio takes nothing of a route at gateways, the rules without fault included (computeRoute's hard
 * errors). Filters that it does not know are met where rules are converted.
 */
export function isDropped(mesh: Mesh, route: Stored): boolean {
  const { kind, spec } = route.resource;
  const { rules = [] } = (spec ?? {}) as RouteSpec;
  const backends = backendsOfRoute(mesh, route);
  return rules.some(({ filters = [], backendRefs = [] }) => {
    const used = backendRefs.filter(({ weight }) => weight !== 0);
    return (
      filters.some(setsBadHeader) ||
      // Of an HTTPRoute a faulty mirror is left out.
      (kind === 'GRPCRoute' && filters.some(mirrorsNowhere(backends))) ||
      used.some(ref => isBadBackend(backends, ref))
    );
  });
}

function isBadBackend(backends: Backends, ref: BackendRefSpec): boolean {
  return (
    backends.faultOf(ref) === 'fatal' || (ref.filters ?? []).some(setsBadHeader)
  );
}

function mirrorsNowhere(backends: Backends) {
  return ({ requestMirror }: RouteFilterSpec): boolean =>
    requestMirror !== undefined &&
    backends.faultOf(requestMirror.backendRef) !== undefined;
}

/** Characters that no header may have (isValidHeaderValue). */
function setsBadHeader(filter: RouteFilterSpec): boolean {
  return [filter.requestHeaderModifier, filter.responseHeaderModifier].some(
    modifier =>
      [...(modifier?.set ?? []), ...(modifier?.add ?? [])].some(({ value }) =>
        // eslint-disable-next-line no-control-regex
        /[\x00-\x08\x0a-\x1f\x7f]/.test(value),
      ),
  );
}
