import { EnablementPattern } from '../model';
import { serversOfProxy } from '../attach/servedServers';
import { Mesh } from '../attach/Mesh';
import { compileProxy } from '../compile/compileProxy';
import { Site } from './sites';

/** In the order in which they are preferred. */
export const GATEWAY_PATTERNS: readonly EnablementPattern[] = [
  'own-gateway',
  'gateway-wide',
  'host-deny',
  'host-allow',
];

export const PATTERN_WHY: Record<EnablementPattern, string> = {
  'own-gateway':
    'The Gateway serves this service alone, so a policy on it touches nobody else, and whatever it does not admit is refused.',
  'gateway-wide':
    'The gateway serves this service alone, so an ALLOW on the whole of it touches nobody else, and whatever it does not admit is refused.',
  'host-deny':
    'The gateway is shared: a DENY for these hosts leaves the others as they are, and beats every ALLOW that would let anonymous callers in.',
  'host-allow':
    'ALLOW policies cover every other host of the gateway, so one more for these hosts completes them.',
  waypoint:
    'Callers come to the service through its waypoint, which asks for a token by a policy that names the Service.',
  workload:
    'The workload itself asks for a token, whichever way a request comes by.',
};

/** In the mesh. */
export const MESH_PATTERNS: readonly EnablementPattern[] = [
  'workload',
  'waypoint',
];

/** Why a pattern does not fit a place at all, before anything is tried; undefined where it may. */
export function whyNotApplicable(
  mesh: Mesh,
  pattern: EnablementPattern,
  { proxy, hosts, ports, isGatewayApi }: Site,
): string | undefined {
  const hasAllow = compileProxy(mesh, proxy).http.allow.present === true;
  switch (pattern) {
    case 'own-gateway':
      return isGatewayApi
        ? undefined
        : 'It needs a Gateway of the Gateway API; this one is Istio’s own kind.';
    case 'gateway-wide':
      return isGatewayApi
        ? 'The Gateway is of the Gateway API, where own-gateway does the same.'
        : undefined;
    case 'host-deny':
      return whyHostsOpen(hosts) ?? whyPortsShared(mesh, proxy, ports);
    case 'host-allow':
      return hasAllow
        ? undefined
        : 'No ALLOW policy reaches this gateway yet: the first one would lock every other host.';
    case 'workload':
      return proxy.kind === 'waypoint'
        ? 'The way in goes through a waypoint, which honours targetRefs alone: a policy with a selector is ignored there, and ztunnel behind it cannot check tokens.'
        : undefined;
    case 'waypoint':
      return proxy.kind === 'waypoint'
        ? undefined
        : 'No waypoint stands on the way in.';
    default:
      return undefined;
  }
}

/** A DENY by host fails open: a host that it does not name passes. */
function whyHostsOpen(hosts: readonly string[]): string | undefined {
  const wildcard = hosts.find(host => host.includes('*'));
  return wildcard === undefined
    ? undefined
    : `The route serves ${wildcard}, any of many hosts: a DENY that names hosts would be passed by another one.`;
}

/** On a TCP chain a DENY loses its HTTP fields, and then refuses every connection. */
function whyPortsShared(
  mesh: Mesh,
  proxy: Site['proxy'],
  ports: readonly number[],
): string | undefined {
  const shared = serversOfProxy(mesh, proxy).find(
    ({ server, listenPorts }) =>
      !/^https?$/.test(server.layer) &&
      listenPorts.some(port => ports.includes(port)),
  );
  return shared
    ? `Gateway ${shared.server.gateway.namespace}/${shared.server.gateway.name} serves ${shared.server.layer} on the same port, where a DENY would refuse every connection.`
    : undefined;
}
