import { EnablementGatewayOption } from 'backstage-plugin-istio-jwt-common';
import { listRouteGateways, Mesh } from 'istio-jwt-policy-engine';
import { EnablementConfig } from '../config/types';
import { listAllowedHosts } from './plan/judgeHost';

const MAX_GATEWAYS = 100;

/** Where a route to services of a namespace may begin: those that the config is about first. */
export function listGatewayOptions(
  config: EnablementConfig,
  cluster: string,
  mesh: Mesh,
  namespace: string,
): EnablementGatewayOption[] {
  if (config.hosts.length === 0) return [];
  const options = listRouteGateways(mesh, namespace).map(
    (gateway): EnablementGatewayOption => {
      const allowedHosts = listAllowedHosts(config, cluster, gateway);
      return {
        id: gateway.id,
        by: gateway.by,
        namespace: gateway.namespace,
        name: gateway.name,
        ...(gateway.listener === undefined
          ? {}
          : { listener: gateway.listener }),
        port: gateway.port,
        protocol: gateway.protocol,
        hosts: gateway.hosts,
        allowedHosts,
      };
    },
  );
  return options
    .filter(({ allowedHosts }) => allowedHosts.length > 0)
    .slice(0, MAX_GATEWAYS);
}

/** Ports of a Service to which a route can lead. */
export function listServicePorts(
  mesh: Mesh,
  service: { namespace: string; name: string },
): { port: number; name?: string }[] {
  const { ports } = (mesh.get({ kind: 'Service', ...service })?.spec ?? {}) as {
    ports?: { port?: unknown; name?: unknown; protocol?: unknown }[];
  };
  return (Array.isArray(ports) ? ports : []).flatMap(
    ({ port, name, protocol = 'TCP' }) =>
      typeof port === 'number' && protocol === 'TCP'
        ? [{ port, ...(typeof name === 'string' ? { name } : {}) }]
        : [],
  );
}
