import { asksForCertificate, Mesh, WayIn } from 'istio-jwt-policy-engine';
import { ClusterConfig } from '../config';
import {
  findGatewayServices,
  GatewayAddress,
  GatewayService,
  listServiceAddresses,
  listStatusAddresses,
} from './listGatewayAddresses';

/** Something that may lead to a gateway. */
export type Candidate =
  | (GatewayAddress & { kind: 'address'; caFile?: string })
  /** A port of a gateway's Pod, through the API server. */
  | {
      kind: 'port-forward';
      namespace: string;
      pod: string;
      port: number;
      via: string;
    };

export type Discovery =
  | { ok: true; candidates: Candidate[] }
  | { ok: false; reason: string; looked: string[] };

const MAX_ADDRESSES = 6;

/**
 * Where a gateway can be reached from outside: config, else what the cluster's objects tell, else,
 * where the config allows it, a port-forward.
 */
export function discoverTarget(
  mesh: Mesh,
  wayIn: WayIn,
  { gateways, portForward }: Pick<ClusterConfig, 'gateways' | 'portForward'>,
): Discovery {
  const hop = wayIn.hops[0];
  const fail = (reason: string, looked: string[] = []): Discovery => ({
    ok: false,
    reason,
    looked,
  });
  if (wayIn.protocol === 'tcp' || wayIn.protocol === 'tls') {
    return fail(
      `The gateway passes ${wayIn.protocol} through and never looks at HTTP.`,
    );
  }
  if (!hop) {
    return fail('No gateway workload stands behind this way in.');
  }
  if (asksForCertificate(mesh, wayIn)) {
    return fail(
      'The gateway asks every client for a certificate (TLS mode MUTUAL), and probes have none. Whoever has one still needs a token: ask with a client of your own.',
    );
  }
  const reserved = [hop.port, wayIn.port].find(isReservedPort);
  if (reserved !== undefined) {
    return fail(
      `Port ${reserved} is one of those that Istio keeps for the proxy's own administration, so nothing is sent there.`,
    );
  }
  const services = findGatewayServices(mesh, hop.proxy);
  const names = [hop.proxy, wayIn.gateway, ...services.map(s => s.metadata)];
  const override = gateways.find(
    ({ match }) =>
      (match.port === undefined || match.port === wayIn.port) &&
      names.some(
        name => name?.namespace === match.namespace && name.name === match.name,
      ),
  );
  if (override) {
    const via = 'istioJwt.clusters[].gateways';
    const { address, caFile } = override;
    return {
      ok: true,
      candidates: [{ kind: 'address', ...address, via, caFile }],
    };
  }
  const addresses = dedupe([
    ...listStatusAddresses(mesh, wayIn),
    ...services.flatMap(service =>
      listServiceAddresses(mesh, service, wayIn.port, hop.port),
    ),
  ]).slice(0, MAX_ADDRESSES);
  const candidates = [
    ...addresses.map(address => ({ kind: 'address' as const, ...address })),
    ...(portForward ? findTunnels(mesh, wayIn) : []),
  ];
  return candidates.length > 0
    ? { ok: true, candidates }
    : fail(
        `The gateway has no address that is known. Set istioJwt.clusters[].gateways with match {namespace: ${
          hop.proxy.namespace
        }, name: ${hop.proxy.name}} and address host:port${
          portForward ? '' : ', or istioJwt.clusters[].portForward: true'
        }.`,
        describeServices(services, wayIn),
      );
}

/**
 * Ports of Envoy's administration and of Istio's agent. A tunnel ends inside the Pod, where even those
 * that listen on its loopback address can be reached.
 * Source: https://istio.io/latest/docs/ops/deployment/application-requirements/
 */
function isReservedPort(port: number): boolean {
  return (port >= 15000 && port <= 15021) || port === 15090;
}

/** The first running Pod of the gateway, which all have the same configuration. */
function findTunnels(mesh: Mesh, { hops: [hop] }: WayIn): Candidate[] {
  const { namespace, labels } = hop.proxy;
  const wanted = Object.entries(labels);
  const pod = mesh
    .list('Pod', namespace)
    .find(
      ({ metadata, status }) =>
        (status as { phase?: string } | undefined)?.phase === 'Running' &&
        wanted.every(([key, value]) => metadata.labels?.[key] === value),
    );
  return pod
    ? [
        {
          kind: 'port-forward',
          namespace,
          pod: pod.metadata.name,
          port: hop.port,
          via: 'port-forward through the API server',
        },
      ]
    : [];
}

function dedupe(addresses: GatewayAddress[]): GatewayAddress[] {
  const seen = new Set<string>();
  return addresses.filter(({ host, port }) => {
    const key = JSON.stringify([host, port]);
    return !seen.has(key) && seen.add(key);
  });
}

function describeServices(
  services: GatewayService[],
  { port, hops: [{ proxy }] }: WayIn,
): string[] {
  return services.length > 0
    ? services.map(
        ({ metadata }) =>
          `Service ${metadata.namespace}/${metadata.name}: no load balancer address, no external IP and no NodePort for port ${port}`,
      )
    : [`No Service in namespace ${proxy.namespace} selects the gateway's pods`];
}
