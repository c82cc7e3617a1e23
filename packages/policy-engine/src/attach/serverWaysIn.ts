import { Hop, ProxyRef, WayIn } from '../model';
import { nameOf, refOf } from '../parse';
import { programForHost } from '../compile/programForHost';
import { serviceMeantBy } from './aliases';
import { peerOf } from './clientTls';
import { type GatewayServer, isEveryAddress } from './gateways';
import { connectionLeads, Lead, leadsOf } from './leads';
import { Mesh } from './Mesh';
import type { LeftOut } from './mergeServers';
import { Stored } from './Stored';
import { proxySettingsOf } from './proxySettings';
import { serversOfProxy } from './servedServers';
import { Tail } from './tails';
import { servedHosts } from './virtualServices';
import { isServiceVisible } from './visibility';
import type { ResolvedWayIn } from './waysIn';
import { connectionRoutesBy } from '../route/connectionRoutes';
import { describeChainConflict } from '../route/filterChains';
import { FORWARDED_PROTO } from '../route/forwardedProto';
import { routingServer } from '../route/listeners';

/** A client certificate of another authority may hold any name, or none that Istio reads. */
const CALLERS = {
  mesh: 'required',
  other: 'optional',
  optional: 'optional',
  none: 'none',
} as const satisfies Record<string, WayIn['callerIdentity']>;

/** Routes bound to one server of a Gateway, on one kind of proxy. */
export interface Binding {
  /** A VirtualService, or a route of the Gateway API in the form of one. */
  stored: Stored;
  server: GatewayServer;
  /** Undefined where no proxy serves the Gateway. */
  proxy: ProxyRef | undefined;
  /** Ports on which the proxy listens for the server. */
  listenPorts: readonly number[];
  /** Why nobody can tell whether it serves the server. */
  doubt?: string;
  leftOut?: LeftOut;
  /** Several proxies serve the Gateway. */
  isOneOfMany: boolean;
}

/** Ways to a Service by one binding. */
export function waysInOfBinding(
  mesh: Mesh,
  service: Stored,
  binding: Binding,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  const { stored, server, proxy } = binding;
  // Mesh-internal servers lead to the in-mesh ways in.
  if (server.layer === 'mesh-internal') return [];
  const required = requiredHeaders(mesh, binding);
  if (required === 'nobody-passes') return [];
  const viewer = proxy?.namespace ?? server.namespace;
  // A gateway that may not see the Service answers 503.
  if (!isServiceVisible(mesh, service, viewer)) return [];
  const meant = serviceMeantBy(mesh, service);
  const ports = proxy ? binding.listenPorts : [server.port];
  return ports.flatMap((listenPort, index) => {
    const routing = proxy
      ? routingServer(mesh, proxy, listenPort, server, stored)
      : server;
    const leads =
      proxy && !isHttp(server)
        ? leadsMade(mesh, proxy, listenPort, binding, meant)
        : leadsOf(stored, server, viewer, meant, routing);
    return leads.flatMap(lead => {
      // Istio takes the server's port where the route names none, unless the Service has but one.
      const port =
        lead.port ?? (countPorts(service) > 1 ? routing.port : undefined);
      return tails
        .filter(tail => port === undefined || tail.port.port === port)
        .map(tail =>
          toWayIn(mesh, service, binding, lead, tail, {
            required,
            listenPort,
            index,
          }),
        );
    });
  });
}

function isHttp({ layer }: GatewayServer): boolean {
  return layer === 'http' || layer === 'https';
}

/** Of the routes of connections those that istiod makes. */
function leadsMade(
  mesh: Mesh,
  proxy: ProxyRef,
  listenPort: number,
  { stored, server }: Binding,
  service: { namespace: string; name: string },
): Lead[] {
  const hosts = servedHosts(stored, server, proxy.namespace);
  const doubt = describeChainConflict(mesh, proxy, listenPort);
  return connectionRoutesBy(mesh, proxy, listenPort, {
    stored,
    server,
  }).flatMap(made => connectionLeads({ doubt, ...made }, hosts, service));
}

function toWayIn(
  mesh: Mesh,
  service: Stored,
  { stored, server, proxy, isOneOfMany, doubt }: Binding,
  lead: Lead,
  tail: Tail,
  {
    required,
    listenPort,
    index,
  }: {
    required: Pick<WayIn, 'requiredHeaders'>;
    listenPort: number;
    /** Of the port among those that the proxy listens on for the server. */
    index: number;
  },
): ResolvedWayIn {
  const { gateway } = server;
  const isEverywhere = isEveryAddress(server.bind);
  const destination = {
    namespace: service.namespace,
    name: service.name,
    port: tail.port.port,
  };
  const uncertain = [
    ...(proxy ? [] : [`no Pod matches the selector of ${nameOf(gateway)}`]),
    ...(doubt === undefined ? [] : [doubt]),
    ...(lead.doubt === undefined ? [] : [lead.doubt]),
    ...(isEverywhere
      ? []
      : [
          `${nameOf(gateway)} listens on address ${
            server.bind
          } alone, and which requests come there is not known`,
        ]),
    ...tail.fromGateway.uncertain,
  ];
  return {
    wayIn: {
      id: [
        'gw',
        gateway.namespace,
        gateway.name,
        server.port,
        lead.host,
        stored.namespace,
        stored.name,
        `${tail.port.port}${tail.suffix}`,
        ...(isOneOfMany && proxy ? [proxy.namespace, proxy.name] : []),
        ...(index > 0 ? [listenPort] : []),
      ].join('.'),
      kind: 'gateway',
      host: lead.host,
      port: server.port,
      protocol: lead.protocol,
      paths: lead.paths,
      gateway,
      route: refOf(stored.resource),
      // Without the gateway's identity the sidecar's part cannot be told either, nor without its routes.
      hops:
        proxy && isEverywhere
          ? [
              gatewayHop(mesh, proxy, listenPort, lead),
              ...innerHops(mesh, service, proxy, tail),
            ]
          : [],
      destination,
      ...(uncertain.length > 0 ? { uncertain } : {}),
      callerIdentity: CALLERS[server.clientCertificate],
      ...required,
    },
    sniffed: tail.backend.protocol.sniffed,
    ...(tail.backend.unguarded ? { unguarded: tail.backend.unguarded } : {}),
  };
}

/** What gets a client past a redirect to HTTPS: whoever is trusted to say that it came by HTTPS is let through. */
function requiredHeaders(
  mesh: Mesh,
  { server, proxy }: Binding,
): Pick<WayIn, 'requiredHeaders'> | 'nobody-passes' {
  if (server.layer !== 'http') return {};
  const believes =
    proxy && proxySettingsOf(mesh, proxy).trustsForwardedProto !== false;
  if (!believes) return server.httpsRedirect ? 'nobody-passes' : {};
  // Servers of one port share their virtual hosts.
  return serversOfProxy(mesh, proxy).some(served => served.server.httpsRedirect)
    ? { requiredHeaders: { [FORWARDED_PROTO]: 'https' } }
    : {};
}

function countPorts({ resource }: Stored): number {
  const ports = ((resource.spec ?? {}) as { ports?: unknown[] }).ports ?? [];
  return ports.length;
}

/** The hops behind the gateway, the first of them as the gateway connects to it. */
function innerHops(
  mesh: Mesh,
  service: Stored,
  proxy: ProxyRef,
  tail: Tail,
): Hop[] {
  const [first, ...others] = tail.fromGateway.hops;
  if (!first) return [];
  const peer = peerOf(mesh, proxy.namespace, service, tail.port, first);
  return [peer === 'mesh' ? first : { ...first, peer }, ...others];
}

function gatewayHop(
  mesh: Mesh,
  proxy: ProxyRef,
  port: number,
  lead: Lead,
): Hop {
  const protocol = lead.protocol.startsWith('http') ? 'http' : 'tcp';
  const { policies } = programForHost(mesh, proxy, lead.host, protocol);
  return { proxy, port, protocol, policies: [...policies] };
}
