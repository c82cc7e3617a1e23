import { ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { connect } from 'node:net';
import { ProbesConfig } from '../config';
import { AddressGuard, AddressRefused, ResolvedAddress } from './AddressGuard';
import { Candidate, discoverTarget } from './discoverTarget';
import { GatewayClient } from './GatewayClient';
import { isSafeHost, WayInPlan } from './planProbes';
import { Reach } from './probeWayIn';

const CONNECT_TIMEOUT_MS = 2000;

export interface ReachedWayIn {
  reach: Reach;
  target: ProbeRun['targets'][number];
  /** What rates are counted by. */
  rateKey: string;
}

/** Tries the addresses of a way in's gateway until one accepts a connection. */
export async function reachWayIn(
  { mirror, service, wayIn, host }: WayInPlan,
  guard: AddressGuard,
  config: ProbesConfig,
): Promise<ReachedWayIn> {
  const base = {
    wayInId: wayIn.id,
    service: { cluster: mirror.config.name, ...service },
  };
  const fail = (reason: string, tried: string[]): ReachedWayIn => ({
    reach: { kind: 'unreachable', reason },
    target: { ...base, tried, reason },
    rateKey: '',
  });
  const discovery = discoverTarget(mirror.mesh, wayIn, mirror.config.gateways);
  if (!discovery.ok) {
    return fail(discovery.reason, discovery.looked);
  }
  if (!isSafeHost(host)) {
    return fail(`The host ${JSON.stringify(host)} cannot be sent.`, []);
  }
  const tried: string[] = [];
  for (const candidate of discovery.candidates) {
    const address = formatAddress(candidate);
    const failure = await tryConnect(candidate, guard);
    tried.push(`${address} (${candidate.via}): ${failure ?? 'connected'}`);
    if (!failure) {
      try {
        return {
          reach: {
            kind: 'client',
            client: new GatewayClient({
              candidate,
              protocol: wayIn.protocol === 'https' ? 'https' : 'http',
              host,
              guard,
              config,
            }),
          },
          target: { ...base, address, tried },
          rateKey: address,
        };
      } catch {
        return fail(
          'The certificate authority file under istioJwt.probes.caFile or of the gateway cannot be read.',
          tried,
        );
      }
    }
  }
  return fail(
    'None of the addresses of the gateway accepts connections from this backend. See what was tried, or set istioJwt.clusters[].gateways.',
    tried,
  );
}

/** @returns why not, or undefined where a connection was accepted */
async function tryConnect(
  candidate: Candidate,
  guard: AddressGuard,
): Promise<string | undefined> {
  let resolved: ResolvedAddress;
  try {
    resolved = await guard.resolve(candidate.host, candidate.port);
  } catch (error) {
    return error instanceof AddressRefused
      ? error.message
      : 'the name does not resolve';
  }
  return new Promise(settle => {
    const socket = connect({ host: resolved.ip, port: resolved.port });
    const finish = (failure?: string) => {
      socket.destroy();
      settle(failure);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => finish('no answer in time'));
    socket.once('connect', () => finish());
    socket.once('error', error =>
      finish((error as NodeJS.ErrnoException).code ?? 'failed'),
    );
  });
}

function formatAddress({ host, port }: Candidate): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
