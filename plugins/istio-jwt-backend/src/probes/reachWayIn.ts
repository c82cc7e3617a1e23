import { ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { ClusterMirror, openPodTunnel } from '../cluster';
import { ProbesConfig } from '../config';
import { AddressGuard, AddressRefused, ResolvedAddress } from './AddressGuard';
import { Candidate, discoverTarget } from './discoverTarget';
import { nameCaller } from './findOrigins';
import { GatewayAddress } from './listGatewayAddresses';
import { GatewayClient, GatewayTarget } from './GatewayClient';
import { isSafeHost } from './isSafeHost';
import { WayInPlan } from './planProbes';
import { Reach } from './ProbeTools';
import { ProberClient } from './ProberClient';

const CONNECT_TIMEOUT_MS = 2000;
const TUNNEL_TIMEOUT_MS = 10_000;

export interface ReachedWayIn {
  reach: Reach;
  target: ProbeRun['targets'][number];
  /** What rates are counted by. */
  rateKey: string;
}

type Target = ProbeRun['targets'][number];
type PortForward = Extract<Candidate, { kind: 'port-forward' }>;

/** Finds something that sends requests to a way in: a connection to its gateway, or a prober inside the mesh. */
export async function reachWayIn(
  plan: WayInPlan,
  guard: AddressGuard,
  config: ProbesConfig,
): Promise<ReachedWayIn> {
  const { mirror, service, wayIn, host, origin, omitted } = plan;
  const base: Target = {
    wayInId: wayIn.id,
    service: { cluster: mirror.config.name, ...service },
    ...(omitted > 0 ? { omitted } : {}),
    tried: [],
  };
  if (origin.kind === 'nowhere') {
    return fail(base, origin.reason, origin.looked);
  }
  if (!isSafeHost(host)) {
    return fail(base, `The host ${JSON.stringify(host)} cannot be sent.`);
  }
  return origin.kind === 'prober'
    ? reachFromInside(plan, base, config)
    : reachGateway(plan, base, guard, config);
}

function fail(base: Target, reason: string, tried: string[] = []) {
  const reach: Reach = { kind: 'unreachable', reason };
  return { reach, target: { ...base, tried, reason }, rateKey: '' };
}

async function reachFromInside(
  { mirror, wayIn, origin }: WayInPlan,
  base: Target,
  config: ProbesConfig,
): Promise<ReachedWayIn> {
  if (origin.kind !== 'prober') {
    return fail(base, 'No prober was chosen.');
  }
  const tried: string[] = [];
  let reason = '';
  for (const pod of origin.prober.pods) {
    const client = new ProberClient({
      streams: mirror.pods,
      pod,
      service: { host: wayIn.host, port: wayIn.port },
      config,
    });
    const name = `Pod ${pod.namespace}/${pod.name}`;
    const failure = await client.check();
    tried.push(`${name}: ${failure ?? 'can be used'}`);
    if (!failure) {
      const through = `curl in ${name}, as ${nameCaller(origin)}`;
      return {
        reach: { kind: 'client', client },
        target: { ...base, through, tried },
        rateKey: `${wayIn.host} from ${name} of ${mirror.config.name}`,
      };
    }
    reason = `The prober cannot be used: ${failure}.`;
  }
  return fail(base, reason, tried);
}

/** Tries the addresses of a way in's gateway until one accepts a connection. */
async function reachGateway(
  { mirror, wayIn, host }: WayInPlan,
  base: Target,
  guard: AddressGuard,
  config: ProbesConfig,
): Promise<ReachedWayIn> {
  const discovery = discoverTarget(mirror.mesh, wayIn, mirror.config);
  if (!discovery.ok) {
    return fail(base, discovery.reason, discovery.looked);
  }
  const tried: string[] = [];
  for (const candidate of discovery.candidates) {
    const name = nameCandidate(candidate);
    const attempt = await tryCandidate(candidate, guard, mirror);
    const outcome = attempt.ok ? 'connected' : attempt.failure;
    tried.push(`${name} (${candidate.via}): ${outcome}`);
    if (!attempt.ok) continue;
    try {
      const client = new GatewayClient({
        target: attempt.target,
        caFile: candidate.kind === 'address' ? candidate.caFile : undefined,
        protocol: wayIn.protocol === 'https' ? 'https' : 'http',
        host,
        guard,
        config,
      });
      return {
        reach: { kind: 'client', client },
        target: {
          ...base,
          ...(candidate.kind === 'address'
            ? { address: name }
            : { through: `port-forward to ${name}` }),
          tried,
        },
        rateKey: name,
      };
    } catch {
      return fail(
        base,
        'The certificate authority file under istioJwt.probes.caFile or of the gateway cannot be read.',
        tried,
      );
    }
  }
  return fail(
    base,
    'None of the addresses of the gateway accepts connections from this backend. See what was tried, or set istioJwt.clusters[].gateways.',
    tried,
  );
}

type Attempt =
  | { ok: true; target: GatewayTarget }
  | { ok: false; failure: string };

async function tryCandidate(
  candidate: Candidate,
  guard: AddressGuard,
  mirror: ClusterMirror,
): Promise<Attempt> {
  if (candidate.kind === 'port-forward') {
    return tryTunnel(candidate, mirror);
  }
  const { host, port } = candidate;
  const failure = await tryConnect(candidate, guard);
  return failure
    ? { ok: false, failure }
    : { ok: true, target: { kind: 'address', host, port } };
}

/** The tunnel of the attempt is the one that requests take; another is opened only where that one ended. */
async function tryTunnel(
  candidate: PortForward,
  { pods }: ClusterMirror,
): Promise<Attempt> {
  const open = () =>
    openPodTunnel(pods, candidate, AbortSignal.timeout(TUNNEL_TIMEOUT_MS));
  const first = await open();
  if (!first.ok) {
    return { ok: false, failure: first.failure.message };
  }
  let spare: Duplex | undefined = first.stream;
  // It may end while nobody uses it yet.
  first.stream.on('error', () => {});
  return {
    ok: true,
    target: {
      kind: 'tunnel',
      open: async () => {
        const ready = spare;
        spare = undefined;
        if (ready && !ready.destroyed && !ready.readableEnded) return ready;
        const next = await open();
        if (next.ok) return next.stream;
        throw Object.assign(new Error('No tunnel'), { code: 'NO_TUNNEL' });
      },
    },
  };
}

/** @returns why not, or undefined where a connection was accepted */
async function tryConnect(
  { host, port, source }: GatewayAddress,
  guard: AddressGuard,
): Promise<string | undefined> {
  let resolved: ResolvedAddress;
  try {
    resolved = await guard.resolve(host, port, source);
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

function nameCandidate(candidate: Candidate): string {
  const { port } = candidate;
  if (candidate.kind === 'port-forward') {
    return `Pod ${candidate.namespace}/${candidate.pod}:${port}`;
  }
  const { host } = candidate;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
