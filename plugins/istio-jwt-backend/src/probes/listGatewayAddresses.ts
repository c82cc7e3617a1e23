import { Mesh, WayIn } from 'istio-jwt-policy-engine';
import { isIP } from 'node:net';
import { listCached } from '../entity';
import { AddressSource } from './AddressGuard';

/** An address that may lead to a gateway. */
export interface GatewayAddress {
  host: string;
  port: number;
  /** For people, such as `NodePort 30080 of istio-system/istio-ingressgateway on node a`. */
  via: string;
  source?: AddressSource;
}

/** A Service in front of a gateway's Pods. */
export interface GatewayService {
  metadata: { namespace?: string; name: string };
  spec?: {
    type?: string;
    selector?: Record<string, string>;
    externalIPs?: unknown;
    ports?: {
      name?: string;
      port: number;
      targetPort?: number | string;
      nodePort?: number;
    }[];
  };
  status?: {
    loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] };
  };
}

export function findGatewayServices(
  mesh: Mesh,
  proxy: WayIn['hops'][number]['proxy'],
): GatewayService[] {
  return (listCached(mesh, 'Service') as GatewayService[]).filter(
    ({ metadata, spec }) => {
      if (metadata.namespace !== proxy.namespace) {
        return false;
      }
      const selector = Object.entries(spec?.selector ?? {});
      return (
        selector.length > 0 &&
        selector.every(([key, value]) => proxy.labels[key] === value)
      );
    },
  );
}

/** Where a gateway's Service can be reached from outside: load balancer, external addresses, then node ports. */
export function listServiceAddresses(
  mesh: Mesh,
  { metadata, spec, status }: GatewayService,
  serverPort: number,
  targetPort: number,
): GatewayAddress[] {
  const ports = Array.isArray(spec?.ports) ? spec.ports : [];
  const port =
    ports.find(p => p.port === serverPort) ??
    ports.find(p => p.targetPort === targetPort);
  if (!port) {
    return [];
  }
  const name = `${metadata.namespace}/${metadata.name}`;
  const at = (host: unknown, via: string): GatewayAddress[] =>
    typeof host === 'string' && host !== ''
      ? [{ host, port: port.port, via: `${via} of ${name}` }]
      : [];
  const ingress = status?.loadBalancer?.ingress;
  const balancers = (Array.isArray(ingress) ? ingress : []).flatMap(
    ({ ip, hostname }) => [
      ...at(ip, 'load balancer'),
      ...at(hostname, 'load balancer'),
    ],
  );
  const external = listExternalIps(spec).flatMap(ip =>
    at(ip, 'external IP').map(address => ({
      ...address,
      source: 'external-ips' as const,
    })),
  );
  const { nodePort } = port;
  const nodes = nodePort
    ? listNodeAddresses(mesh).map(({ node, host }) => ({
        host,
        port: nodePort,
        via: `NodePort of ${name} on node ${node}`,
      }))
    : [];
  return [...balancers, ...external, ...nodes];
}

/** Addresses alone, as the API server admits them: names could change their meaning later. */
function listExternalIps(spec: GatewayService['spec']): string[] {
  return Array.isArray(spec?.externalIPs)
    ? spec.externalIPs.filter(ip => typeof ip === 'string' && isIP(ip) > 0)
    : [];
}

/**
 * What a Gateway API controller wrote into `status.addresses` of the Gateway. Istio's takes
 * `externalIPs` of the Services that `spec.addresses` names for such addresses too
 * (pilot/pkg/serviceregistry/kube: ClusterExternalAddresses).
 */
export function listStatusAddresses(
  mesh: Mesh,
  { gateway, port }: WayIn,
): GatewayAddress[] {
  const resource =
    gateway?.apiVersion?.startsWith('gateway.networking.k8s.io/') &&
    mesh.get(gateway);
  const addresses = (
    resource as
      | { status?: { addresses?: { type?: string; value?: string }[] } }
      | undefined
  )?.status?.addresses;
  return (Array.isArray(addresses) ? addresses : []).flatMap(
    ({ type = 'IPAddress', value }) =>
      value && (type === 'IPAddress' || type === 'Hostname')
        ? [
            {
              host: value,
              port,
              via: `status of Gateway ${gateway?.namespace}/${gateway?.name}`,
              ...(isExternalIp(mesh, value)
                ? { source: 'external-ips' as const }
                : {}),
            },
          ]
        : [],
  );
}

function isExternalIp(mesh: Mesh, value: string): boolean {
  return (listCached(mesh, 'Service') as GatewayService[]).some(({ spec }) =>
    listExternalIps(spec).includes(value),
  );
}

const ADDRESS_ORDER = ['ExternalIP', 'InternalIP'];

function listNodeAddresses(mesh: Mesh): { node: string; host: string }[] {
  return mesh
    .list('Node')
    .flatMap(({ metadata, status }) => {
      const { addresses, conditions } = (status ?? {}) as {
        addresses?: { type: string; address: string }[];
        conditions?: { type: string; status: string }[];
      };
      const ready = conditions?.find(({ type }) => type === 'Ready');
      return ready && ready.status !== 'True'
        ? []
        : (addresses ?? []).map(({ type, address }) => ({
            node: metadata.name,
            host: address,
            order: ADDRESS_ORDER.indexOf(type),
          }));
    })
    .filter(({ order }) => order >= 0)
    .sort((a, b) => a.order - b.order);
}
