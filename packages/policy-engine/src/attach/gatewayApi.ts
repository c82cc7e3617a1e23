import { refOf } from '../parse';
import { Mesh, Stored } from './Mesh';
import { sameItems } from './queries';
import type { ResolvedWayIn } from './waysIn';

const ROUTE_KINDS = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'];

/**
 * Ways in by Gateway API routes. They are shown, and their state is unknown: the engine does not
 * decide Gateway API gateways yet, and leaving them out would hide a way in.
 */
export function gatewayApiWaysIn(
  mesh: Mesh,
  service: { namespace: string; name: string },
): ResolvedWayIn[] {
  return routesTo(mesh, `${service.namespace}/${service.name}`).map(stored => {
    const route = refOf(stored.resource);
    const spec = stored.resource.spec as { hostnames?: unknown } | null;
    const [host] = Array.isArray(spec?.hostnames) ? spec.hostnames : [];
    return {
      wayIn: {
        id: `route.${route.kind}.${route.namespace}.${route.name}`,
        kind: 'gateway',
        host: typeof host === 'string' ? host : '*',
        port: 0,
        protocol: /^(TLS|TCP)/.test(route.kind) ? 'tcp' : 'http',
        paths: [],
        route,
        hops: [],
        destination: { ...service, port: 0 },
        uncertain: [
          `${route.kind} ${route.namespace}/${route.name} leads here, and the engine does not decide Gateway API routes yet`,
        ],
      },
      sniffed: false,
    };
  });
}

function routesTo(mesh: Mesh, service: string): readonly Stored[] {
  return mesh.queries.get(
    `gateway-api-routes-to/${service}`,
    () =>
      mesh.queries
        .get('gateway-api-routes', () => indexRoutes(mesh))
        .get(service) ?? [],
    sameItems,
  );
}

function indexRoutes(mesh: Mesh): Map<string, Stored[]> {
  const index = new Map<string, Stored[]>();
  for (const kind of ROUTE_KINDS) {
    for (const stored of mesh.all(kind)) {
      for (const service of backendsOfRoute(stored)) {
        index.set(service, [...(index.get(service) ?? []), stored]);
      }
    }
  }
  return index;
}

function backendsOfRoute(stored: Stored): Set<string> {
  const found = new Set<string>();
  const own = stored.resource.metadata.namespace ?? '';
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 8) return;
    const ref = value as {
      name?: unknown;
      namespace?: unknown;
      kind?: unknown;
    };
    const isService = ref.kind === undefined || ref.kind === 'Service';
    if (typeof ref.name === 'string' && isService) {
      found.add(
        `${typeof ref.namespace === 'string' ? ref.namespace : own}/${
          ref.name
        }`,
      );
    }
    Object.values(value).forEach(item => visit(item, depth + 1));
  };
  const rules = (stored.resource.spec as { rules?: unknown } | null)?.rules;
  visit(rules, 0);
  return found;
}
