import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { ClusterRegistry } from '../cluster';
import { ResolvedAddress } from './AddressGuard';

const MAX_AGE_MS = 30_000;

/** Makes a function that gives the addresses of all API servers, resolved anew twice a minute. */
export function createApiServerLister(
  registry: ClusterRegistry,
): () => Promise<ResolvedAddress[]> {
  let known: Promise<ResolvedAddress[]> | undefined;
  let readAt = 0;
  return () => {
    if (!known || Date.now() - readAt > MAX_AGE_MS) {
      readAt = Date.now();
      known = resolveAll(registry);
    }
    return known;
  };
}

async function resolveAll(
  registry: ClusterRegistry,
): Promise<ResolvedAddress[]> {
  const found = await Promise.all(
    registry.list().map(async ({ connection }) => {
      const server = connection.serverAddress;
      if (!server) {
        return [];
      }
      const addresses = isIP(server.host)
        ? [{ address: server.host }]
        : await lookup(server.host, { all: true }).catch(() => []);
      return addresses.map(({ address }) => ({
        ip: address,
        port: server.port,
      }));
    }),
  );
  return found.flat();
}
