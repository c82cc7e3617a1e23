import { Mesh, WayIn } from 'istio-jwt-policy-engine';
import { GatewayOverride } from '../config';

/** An address that may lead to a gateway. */
export interface Candidate {
  host: string;
  port: number;
  /** For people, such as `NodePort 30080 of istio-system/istio-ingressgateway on node a`. */
  via: string;
  caFile?: string;
}

export type Discovery =
  | { ok: true; candidates: Candidate[] }
  | { ok: false; reason: string; looked: string[] };

const MAX_CANDIDATES = 6;

/** Where a gateway can be reached from outside: config, load balancer, then node ports. */
export function discoverTarget(
  mesh: Mesh,
  wayIn: WayIn,
  overrides: GatewayOverride[],
): Discovery {
  const hop = wayIn.hops[0];
  if (wayIn.kind === 'in-mesh') {
    return {
      ok: false,
      looked: [],
      reason:
        'A request from inside the mesh needs a workload inside the mesh, which probes do not have yet.',
    };
  }
  if (wayIn.protocol === 'tcp' || wayIn.protocol === 'tls') {
    return {
      ok: false,
      looked: [],
      reason: `The gateway passes ${wayIn.protocol} through and never looks at HTTP.`,
    };
  }
  if (!hop) {
    return {
      ok: false,
      looked: [],
      reason: 'No gateway workload stands behind this way in.',
    };
  }
  const services = findGatewayServices(mesh, hop.proxy);
  const names = [hop.proxy, wayIn.gateway, ...services.map(s => s.metadata)];
  const override = overrides.find(
    ({ match }) =>
      (match.port === undefined || match.port === wayIn.port) &&
      names.some(
        name => name?.namespace === match.namespace && name.name === match.name,
      ),
  );
  if (override) {
    return {
      ok: true,
      candidates: [
        {
          ...override.address,
          via: 'istioJwt.clusters[].gateways',
          caFile: override.caFile,
        },
      ],
    };
  }
  const candidates = services.flatMap(service =>
    listCandidates(mesh, service, wayIn.port, hop.port),
  );
  return candidates.length > 0
    ? { ok: true, candidates: candidates.slice(0, MAX_CANDIDATES) }
    : {
        ok: false,
        looked: services.length
          ? services.map(
              ({ metadata }) =>
                `Service ${metadata.namespace}/${metadata.name}: no load balancer address and no NodePort for port ${wayIn.port}`,
            )
          : [
              `No Service in namespace ${hop.proxy.namespace} selects the gateway's pods`,
            ],
        reason: `The gateway has no address that is known. Set istioJwt.clusters[].gateways with match {namespace: ${hop.proxy.namespace}, name: ${hop.proxy.name}} and address host:port.`,
      };
}

interface GatewayService {
  metadata: { namespace?: string; name: string };
  spec?: {
    type?: string;
    selector?: Record<string, string>;
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

function findGatewayServices(
  mesh: Mesh,
  proxy: WayIn['hops'][number]['proxy'],
): GatewayService[] {
  return (mesh.list('Service') as GatewayService[]).filter(
    ({ metadata, spec }) => {
      const selector = Object.entries(spec?.selector ?? {});
      return (
        metadata.namespace === proxy.namespace &&
        selector.length > 0 &&
        selector.every(([key, value]) => proxy.labels[key] === value)
      );
    },
  );
}

function listCandidates(
  mesh: Mesh,
  { metadata, spec, status }: GatewayService,
  serverPort: number,
  targetPort: number,
): Candidate[] {
  const ports = Array.isArray(spec?.ports) ? spec.ports : [];
  const port =
    ports.find(p => p.port === serverPort) ??
    ports.find(p => p.targetPort === targetPort);
  if (!port) {
    return [];
  }
  const name = `${metadata.namespace}/${metadata.name}`;
  const balancers = (status?.loadBalancer?.ingress ?? []).flatMap(
    ({ ip, hostname }): Candidate[] => {
      const host = ip ?? hostname;
      return host
        ? [{ host, port: port.port, via: `load balancer of ${name}` }]
        : [];
    },
  );
  const { nodePort } = port;
  const nodes = nodePort
    ? listNodeAddresses(mesh).map(({ node, host }) => ({
        host,
        port: nodePort,
        via: `NodePort of ${name} on node ${node}`,
      }))
    : [];
  return [...balancers, ...nodes];
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
