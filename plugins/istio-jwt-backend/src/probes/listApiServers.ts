import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { ClusterMirror, ClusterRegistry } from '../cluster';
import { AddressRefused, ResolvedAddress } from './AddressGuard';

const MAX_AGE_MS = 30_000;

/**
 * Makes a function that gives the addresses of all API servers, looked up anew twice a minute: those
 * that clusters are read by, and those of Service `kubernetes` in namespace `default`, by which
 * everything inside a cluster finds its API server. It throws AddressRefused where a name was never
 * resolved: no address can be told from one that is not known.
 */
export function createApiServerLister(
  registry: Pick<ClusterRegistry, 'list'>,
): () => Promise<ResolvedAddress[]> {
  /** By name: what it resolved to last. */
  const lastKnown = new Map<string, string[]>();
  let known: Promise<ResolvedAddress[]> | undefined;
  let readAt = 0;
  return async () => {
    const mirrors = registry.list();
    if (!known || Date.now() - readAt > MAX_AGE_MS) {
      readAt = Date.now();
      const found = Promise.all(
        mirrors.map(mirror => resolveServer(mirror, lastKnown)),
      ).then(lists => lists.flat());
      known = found;
      found.catch(() => {
        if (known === found) known = undefined;
      });
    }
    return [...(await known), ...mirrors.flatMap(listClusterIps)];
  };
}

async function resolveServer(
  { connection, config }: ClusterMirror,
  lastKnown: Map<string, string[]>,
): Promise<ResolvedAddress[]> {
  const server = connection.serverAddress;
  if (!server) return [];
  const ips = await resolveName(server.host, config.name, lastKnown);
  return ips.map(ip => ({ ip, port: server.port }));
}

async function resolveName(
  host: string,
  cluster: string,
  lastKnown: Map<string, string[]>,
): Promise<string[]> {
  if (isIP(host)) return [host];
  try {
    const found = await lookup(host, { all: true });
    lastKnown.set(
      host,
      found.map(({ address }) => address),
    );
  } catch {
    // Judged below.
  }
  const addresses = lastKnown.get(host);
  if (!addresses) {
    throw new AddressRefused(
      `no address is connected to while ${host}, the API server of cluster ${cluster}, does not resolve: it could be any of them`,
    );
  }
  return addresses;
}

interface ApiServerService {
  spec?: {
    clusterIP?: unknown;
    clusterIPs?: unknown;
    ports?: unknown;
  };
}

function listClusterIps({ mesh }: ClusterMirror): ResolvedAddress[] {
  const service = mesh.get({
    kind: 'Service',
    namespace: 'default',
    name: 'kubernetes',
  }) as ApiServerService | undefined;
  const { clusterIP, clusterIPs, ports } = service?.spec ?? {};
  const ips = [clusterIP, clusterIPs]
    .flat()
    .filter((ip): ip is string => typeof ip === 'string' && isIP(ip) > 0);
  return [...new Set(ips)].flatMap(ip =>
    (Array.isArray(ports) ? ports : []).map(({ port }) => ({ ip, port })),
  );
}
