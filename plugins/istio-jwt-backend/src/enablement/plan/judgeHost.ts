import { RouteGateway } from 'istio-jwt-policy-engine';
import { EnablementConfig, RouteHostRule } from '../../config/types';

/** Patterns of hosts for which a route may begin at a gateway. */
export function listAllowedHosts(
  { hosts }: EnablementConfig,
  cluster: string,
  gateway: RouteGateway,
): string[] {
  return hosts
    .filter(rule => appliesTo(rule, cluster, gateway))
    .map(({ pattern }) => pattern);
}

/** Why nobody may have a route for a host at a gateway; undefined where somebody may. */
export function whyHostRefused(
  config: EnablementConfig,
  cluster: string,
  gateway: RouteGateway,
  host: string,
): string | undefined {
  const allowed = listAllowedHosts(config, cluster, gateway);
  if (allowed.some(pattern => matchesPattern(pattern, host))) return undefined;
  const place = `${gateway.namespace}/${gateway.name} of ${cluster}`;
  return allowed.length === 0
    ? `The portal may not create routes at ${place}: no entry of istioJwt.enablement.hosts is about it.`
    : `The portal may not create a route for ${host} at ${place}, but for ${allowed.join(
        ', ',
      )} (istioJwt.enablement.hosts).`;
}

function appliesTo(
  { clusters, gateways }: RouteHostRule,
  cluster: string,
  { namespace, name, workloads }: RouteGateway,
): boolean {
  return (
    (clusters.length === 0 || clusters.includes(cluster)) &&
    (gateways.length === 0 ||
      [`${namespace}/${name}`, ...workloads].some(each =>
        gateways.includes(each),
      ))
  );
}

function matchesPattern(pattern: string, host: string): boolean {
  return pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1
    : host === pattern;
}
