import { DestinationSpec, HttpRouteSpec, L4RouteSpec } from '../parse/specs';

/** A route with every destination changed, its mirrors' included. */
export function mapDestinations<T extends HttpRouteSpec | L4RouteSpec>(
  rule: T,
  change: (
    destination: DestinationSpec['destination'],
  ) => DestinationSpec['destination'],
): T {
  const each = <I extends Pick<DestinationSpec, 'destination'>>(list: I[]) =>
    list.map(item => ({ ...item, destination: change(item.destination) }));
  const { route, mirror, mirrors }: Partial<HttpRouteSpec> = rule;
  return {
    ...rule,
    ...(route ? { route: each(route) } : {}),
    ...(mirror ? { mirror: change(mirror) } : {}),
    ...(mirrors ? { mirrors: each(mirrors) } : {}),
  };
}
