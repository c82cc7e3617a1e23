import { ClusterMirror, ClusterRegistry, openPodTunnel } from '../../cluster';
import { Operation } from '../operation';
import { listProxyPods, ProxyPod } from './listProxyPods';
import {
  readShadowCounters,
  ShadowAction,
  ShadowCounters,
} from './readShadowCounters';

/** By Pod, `namespace/name`. */
export type ShadowReading =
  /** `pods`: of the proxy in all, those included that could not be read. */
  | {
      ok: true;
      byPod: Map<string, ShadowCounters>;
      pods: number;
      notYet?: boolean;
    }
  /** `notYet`: a proxy answers, and does not know a policy that is tried (so far). */
  | { ok: false; reason: string; notYet?: boolean };

/** Envoy's admin interface, which listens inside the Pod alone. */
const ADMIN_PORT = 15000;
const MAX_PODS = 50;
const MAX_AT_ONCE = 10;
const TUNNEL_TIMEOUT_MS = 10_000;

/** Reads what proxies count of policies that are tried, through the API server. */
export class ShadowReader {
  constructor(private readonly registry: Pick<ClusterRegistry, 'get'>) {}

  /** Never throws. */
  async read(
    { service, checks, changes }: Operation,
    signal: AbortSignal,
  ): Promise<ShadowReading> {
    const mirror = this.registry.get(service.cluster);
    if (!mirror?.config.portForward) {
      return {
        ok: false,
        reason:
          'istioJwt.clusters[].portForward is off, and statistics are read through the API server alone.',
      };
    }
    const targets = checks.filter(({ of }) => of === 'target');
    const pods = listProxyPods(
      mirror.mesh,
      service,
      targets.map(({ wayInId }) => wayInId),
    );
    if (pods.length === 0) {
      return { ok: false, reason: 'No running Pod of the proxy is known.' };
    }
    const action = findAction(changes);
    const byPod = new Map<string, ShadowCounters>();
    const failures: Unread[] = [];
    const waiting = pods.slice(0, MAX_PODS);
    await Promise.all(
      waiting.splice(0, MAX_AT_ONCE).map(async first => {
        for (let pod = first as ProxyPod | undefined; pod; ) {
          const answer = await readPod(mirror, pod, action, signal);
          if (answer.ok) {
            byPod.set(`${pod.namespace}/${pod.name}`, answer.found);
          } else failures.push(answer);
          pod = waiting.shift();
        }
      }),
    );
    const notYet = failures.some(failure => failure.notYet);
    return byPod.size > 0
      ? { ok: true, byPod, pods: pods.length, ...(notYet ? { notYet } : {}) }
      : failures[0];
  }
}

type Unread = Extract<ShadowReading, { ok: false }>;

function findAction(changes: Operation['changes']): ShadowAction {
  const policy = changes.find(({ step }) => step === 'authorization-policy');
  const { action } = (policy?.to?.spec ?? {}) as { action?: unknown };
  return action === 'DENY' ? 'DENY' : 'ALLOW';
}

async function readPod(
  { pods: streams }: ClusterMirror,
  { namespace, name }: ProxyPod,
  action: ShadowAction,
  signal: AbortSignal,
): Promise<{ ok: true; found: ShadowCounters } | Unread> {
  const tunnel = await openPodTunnel(
    streams,
    { namespace, pod: name, port: ADMIN_PORT },
    AbortSignal.any([signal, AbortSignal.timeout(TUNNEL_TIMEOUT_MS)]),
  );
  if (!tunnel.ok) return { ok: false, reason: `${tunnel.failure.message}.` };
  try {
    const found = await readShadowCounters(tunnel.stream, action, signal);
    return found
      ? { ok: true, found }
      : {
          ok: false,
          reason: `Pod ${namespace}/${name} keeps no statistics of policies that are tried (proxyStatsMatcher).`,
          notYet: true,
        };
  } catch {
    return {
      ok: false,
      reason: `Pod ${namespace}/${name} gives no statistics on its port ${ADMIN_PORT}.`,
    };
  } finally {
    tunnel.stream.destroy();
  }
}
