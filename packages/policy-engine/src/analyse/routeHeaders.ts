import { Mesh } from '../attach/Mesh';
import { ResourceRef, WayIn } from '../model';
import { VirtualServiceSpec } from '../parse/specs';

/** A condition on a header in a route. */
export interface RouteHeader {
  route: ResourceRef;
  /** Of the route in `spec.http`. */
  index: number;
  /** As it is written: of a header, or `@request.auth.claims…`. */
  name: string;
}

/** The first condition on such a header in the VirtualService by which a gateway leads to a way in. */
export function findRouteHeader(
  mesh: Mesh,
  { route, hops }: WayIn,
  isWanted: (name: string) => boolean,
): RouteHeader | undefined {
  if (route?.kind !== 'VirtualService' || hops[0]?.proxy.kind !== 'gateway') {
    return undefined;
  }
  const stored = mesh.peek(route.kind, route.namespace ?? '', route.name);
  if (!stored || stored.errors.length > 0) return undefined;
  const { http = [] } = (stored.resource.spec ?? {}) as VirtualServiceSpec;
  for (const [index, { match = [] }] of http.entries()) {
    for (const { headers, withoutHeaders } of match) {
      const name = Object.keys({ ...headers, ...withoutHeaders }).find(
        isWanted,
      );
      if (name !== undefined) return { route, index, name };
    }
  }
  return undefined;
}
