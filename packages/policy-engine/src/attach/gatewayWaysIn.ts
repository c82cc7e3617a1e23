import { Hop, ProxyRef, WayIn } from '../model';
import { refOf } from '../parse';
import { HttpMatchSpec, L4RouteSpec } from '../parse/specs';
import { programForHost } from '../compile/programForHost';
import {
  GatewayServer,
  gatewayProxyOf,
  gatewayWorkloads,
  listenPortsOf,
  serversOf,
} from './gateways';
import { resolveGatewayName } from './hosts';
import { Mesh, Stored } from './Mesh';
import {
  destinationsOf,
  gatewaysOf,
  isDelegate,
  mirrorsOf,
  servedHosts,
  specOf,
  virtualServicesTo,
} from './virtualServices';
import type { ResolvedWayIn, Tail } from './waysIn';

type Service = { namespace: string; name: string };

/** A host and the part of it that leads to one port of the Service. */
interface Lead {
  host: string;
  protocol: WayIn['protocol'];
  /** Undefined: the destination names no port, and the Service has several. */
  port: number | undefined;
  paths: string[];
}

/** Ways in through classic Gateways and the VirtualServices bound to them. */
export function gatewayWaysIn(
  mesh: Mesh,
  service: Service,
  tails: Tail[],
): ResolvedWayIn[] {
  return virtualServicesTo(mesh, service).flatMap(stored =>
    waysInOfVirtualService(mesh, service, stored, tails),
  );
}

function waysInOfVirtualService(
  mesh: Mesh,
  service: Service,
  stored: Stored,
  tails: Tail[],
): ResolvedWayIn[] {
  const route = refOf(stored.resource);
  const label = `VirtualService ${route.namespace}/${route.name}`;
  const unresolved = (id: string, reason: string): ResolvedWayIn => ({
    wayIn: {
      id: `gw.${id}.${route.namespace}.${route.name}`,
      kind: 'gateway',
      host: '*',
      port: 0,
      protocol: 'http',
      paths: [],
      route,
      hops: [],
      destination: { ...service, port: tails[0]?.port.port ?? 0 },
      uncertain: [reason],
    },
    sniffed: false,
  });
  if (stored.errors.length > 0) {
    return [unresolved('malformed', `${label} is malformed`)];
  }
  if (isDelegate(mesh, stored)) {
    return [
      unresolved(
        'delegate',
        `${label} is reached by delegation, which the engine does not follow`,
      ),
    ];
  }
  return gatewaysOf(stored).flatMap(key => {
    const [namespace, name] = key.split('/');
    const gateway = mesh.stored('Gateway', namespace, name);
    if (!gateway) return [];
    if (gateway.errors.length > 0) {
      return [
        unresolved(`${namespace}.${name}`, `Gateway ${key} is malformed`),
      ];
    }
    return serversOf(gateway).flatMap(server =>
      waysInOfServer(mesh, service, stored, gateway, server, tails),
    );
  });
}

function waysInOfServer(
  mesh: Mesh,
  service: Service,
  stored: Stored,
  gateway: Stored,
  server: GatewayServer,
  tails: Tail[],
): ResolvedWayIn[] {
  // A redirecting server sends nothing on; mesh-internal servers lead to the in-mesh ways in.
  if (server.httpsRedirect || server.layer === 'mesh-internal') return [];
  const proxies = new Map<string, ProxyRef>();
  for (const workload of gatewayWorkloads(mesh, gateway)) {
    const proxy = gatewayProxyOf(workload);
    proxies.set(`${proxy.namespace}.${proxy.name}`, proxy);
  }
  const build = (proxy: ProxyRef | undefined, many: boolean) =>
    leadsOf(
      stored,
      server,
      proxy?.namespace ?? server.namespace,
      service,
    ).flatMap(lead =>
      tails
        .filter(
          ({ port }) => lead.port === undefined || port.port === lead.port,
        )
        .flatMap(tail =>
          toWaysIn(mesh, service, stored, server, lead, tail, proxy, many),
        ),
    );
  if (proxies.size === 0) return build(undefined, false);
  return [...proxies.values()].flatMap(proxy => build(proxy, proxies.size > 1));
}

function toWaysIn(
  mesh: Mesh,
  service: Service,
  stored: Stored,
  server: GatewayServer,
  lead: Lead,
  tail: Tail,
  proxy: ProxyRef | undefined,
  manyProxies: boolean,
): ResolvedWayIn[] {
  const ports = proxy ? listenPortsOf(mesh, proxy, server.port) : [server.port];
  const { gateway } = server;
  return ports.map((port, index) => {
    const hops: Hop[] = proxy ? [gatewayHop(mesh, proxy, port, lead)] : [];
    const uncertain = [
      ...(proxy
        ? []
        : [
            `no Pod matches the selector of Gateway ${gateway.namespace}/${gateway.name}`,
          ]),
      ...(lead.port === undefined && countPorts(tail, service, mesh) > 1
        ? ['the route names no port, and the Service has several']
        : []),
      ...(tail.backend.uncertain ? [tail.backend.uncertain] : []),
    ];
    return {
      wayIn: {
        id: [
          'gw',
          gateway.namespace,
          gateway.name,
          server.port,
          lead.host,
          stored.resource.metadata.namespace,
          stored.resource.metadata.name,
          `${tail.port.port}${tail.suffix}`,
          ...(manyProxies && proxy ? [proxy.namespace, proxy.name] : []),
          ...(index > 0 ? [port] : []),
        ].join('.'),
        kind: 'gateway',
        host: lead.host,
        port: server.port,
        protocol: lead.protocol,
        paths: lead.paths,
        gateway,
        route: refOf(stored.resource),
        // Without the gateway's identity the sidecar's part cannot be told either.
        hops: proxy ? [...hops, ...tail.hops] : [],
        destination: { ...service, port: tail.port.port },
        ...(uncertain.length > 0 ? { uncertain } : {}),
        callerIdentity: server.clientCertificate ? 'required' : 'none',
      },
      sniffed: tail.backend.protocol.sniffed,
      ...(tail.backend.unguarded ? { unguarded: tail.backend.unguarded } : {}),
    };
  });
}

function countPorts(tail: Tail, service: Service, mesh: Mesh): number {
  const stored = mesh.stored('Service', service.namespace, service.name);
  const ports = (stored?.resource.spec as { ports?: unknown[] } | undefined)
    ?.ports;
  return ports?.length ?? (tail.port ? 1 : 0);
}

function gatewayHop(
  mesh: Mesh,
  proxy: ProxyRef,
  port: number,
  lead: Lead,
): Hop {
  const isHttp = lead.protocol === 'http' || lead.protocol === 'https';
  const protocol = isHttp ? 'http' : 'tcp';
  const { policies } = programForHost(mesh, proxy, lead.host, protocol);
  return { proxy, port, protocol, policies: [...policies] };
}

function leadsOf(
  stored: Stored,
  server: GatewayServer,
  proxyNamespace: string,
  service: Service,
): Lead[] {
  const hosts = servedHosts(stored, server, proxyNamespace);
  if (server.layer === 'http' || server.layer === 'https') {
    return httpLeads(stored, server, hosts, service);
  }
  const { tcp, tls } = specOf(stored);
  const isPassthrough = server.layer === 'passthrough';
  const leads = (isPassthrough ? tls : tcp)?.flatMap(route =>
    l4Leads(stored, server, hosts, service, route),
  );
  return leads ?? [];
}

/** One lead per host and port, with the path patterns of all routes that lead there. */
function httpLeads(
  stored: Stored,
  server: GatewayServer,
  hosts: string[],
  service: Service,
): Lead[] {
  const paths = new Map<number | undefined, Set<string> | 'all'>();
  for (const route of specOf(stored).http ?? []) {
    const targets = [
      ...destinationsOf(stored, route.route).filter(({ weight }) => weight > 0),
      ...mirrorsOf(stored, route),
    ].filter(target => isService(target, service));
    if (targets.length === 0 || route.redirect || route.directResponse)
      continue;
    const matches = (route.match ?? []).filter(match =>
      bindsTo(match, stored, server),
    );
    if (route.match?.length && matches.length === 0) continue;
    for (const { port } of targets) {
      const patterns = matches.map(pathPattern);
      const all = patterns.length === 0 || patterns.includes(undefined);
      const known = paths.get(port);
      if (all || known === 'all') paths.set(port, 'all');
      else
        paths.set(port, new Set([...(known ?? []), ...(patterns as string[])]));
    }
  }
  return hosts.flatMap(host =>
    [...paths].map(
      ([port, found]): Lead => ({
        host,
        protocol: server.layer === 'https' ? 'https' : 'http',
        port,
        paths: found === 'all' ? [] : [...found],
      }),
    ),
  );
}

function l4Leads(
  stored: Stored,
  server: GatewayServer,
  hosts: string[],
  service: Service,
  route: L4RouteSpec,
): Lead[] {
  const matches = route.match?.length ? route.match : [{}];
  const bound = matches.filter(match => bindsTo(match, stored, server));
  const names = bound.flatMap(match =>
    'sniHosts' in match && match.sniHosts ? match.sniHosts : hosts,
  );
  const protocol = server.layer === 'tcp' ? 'tcp' : 'tls';
  return destinationsOf(stored, route.route)
    .filter(target => target.weight > 0 && isService(target, service))
    .flatMap(({ port }) =>
      [...new Set(names)].map(
        (host): Lead => ({ host, protocol, port, paths: [] }),
      ),
    );
}

function bindsTo(
  match: { port?: number; gateways?: string[] },
  stored: Stored,
  server: GatewayServer,
): boolean {
  const { namespace = '' } = stored.resource.metadata;
  const own = `${server.gateway.namespace}/${server.gateway.name}`;
  return (
    (match.port === undefined || match.port === server.port) &&
    (!match.gateways?.length ||
      match.gateways.some(name => resolveGatewayName(name, namespace) === own))
  );
}

/** For people: `/exact`, `/prefix*`, `~regex`; undefined for every path. */
function pathPattern({ uri }: HttpMatchSpec): string | undefined {
  if (!uri) return undefined;
  if ('exact' in uri) return uri.exact;
  if ('regex' in uri) return `~${uri.regex}`;
  if (!('prefix' in uri)) return undefined;
  return uri.prefix === '/' ? undefined : `${uri.prefix}*`;
}

function isService(target: Service, service: Service): boolean {
  return target.namespace === service.namespace && target.name === service.name;
}
