import { Hop } from '../model';
import { ServicePortSpec } from '../parse/specs';
import { backendTlsOf } from './backendTls';
import {
  DestinationRule,
  poolsFor,
  rulesIn,
  specsOf,
  TlsSpec,
  TrafficPolicySpec,
} from './destinationRules';
import { refusesMutualTls } from './ephemeralLabels';
import type { Mesh } from './Mesh';
import { modeOf, mutualTlsOf } from './mutualTls';
import type { Stored } from './Stored';
import { Family } from '../queries/queries';

const SETTINGS_THERE = new Family();
const PEER = new Family();

/** The first of the modes, which settings without one mean (ClientTLSSettings). */
const DEFAULT_MODE = 'DISABLE';

/**
 * How a proxy connects to a Service: by Istio's mutual TLS with its own identity where the other side takes it (the
 * default), or even where it does not, without any identity of the mesh, or not known.
 */
export type Peer = 'mesh' | 'mutual-tls' | 'plaintext' | 'unknown';

/** What rules say: `identity` is either of the first two. */
type Said = Peer | 'identity';

/**
 * How proxies of a namespace connect to a Service port. What DestinationRules and the mesh config switch off is
 * Istio's mutual TLS between sidecars alone (applyHBONETransportSocketMatches): whether a proxy in ambient mode
 * is reached by the mesh's tunnel nevertheless depends on how Istio was installed.
 *
 * @param hop - the proxy that takes the connection, and its port
 */
export function peerOf(
  mesh: Mesh,
  from: string,
  service: Stored,
  port: ServicePortSpec,
  hop: Pick<Hop, 'proxy' | 'port'>,
): Peer {
  const { kind, labels } = hop.proxy;
  const said = peerByRules(mesh, from, service, port, {
    isAutomatic: mesh.config.autoMtls,
    byPods: refusesMutualTls(labels) ? 'plaintext' : 'mesh',
  });
  if (said === 'identity') return takesIdentity(mesh, hop) ? 'mesh' : 'unknown';
  return said === 'plaintext' && kind !== 'sidecar' ? 'unknown' : said;
}

/** Whether mutual TLS gets through, so that it is all one whether a caller uses it always or where it is taken. */
function takesIdentity(
  mesh: Mesh,
  { proxy, port }: Pick<Hop, 'proxy' | 'port'>,
): boolean {
  if (proxy.kind !== 'sidecar') return true;
  const mode = modeOf(mutualTlsOf(mesh, proxy), port);
  return mode === 'STRICT' || mode === 'PERMISSIVE';
}

/** What Istio does where no settings say it. */
interface Automatism {
  isAutomatic: boolean;
  byPods: 'mesh' | 'plaintext';
}

function peerByRules(
  mesh: Mesh,
  from: string,
  service: Stored,
  port: ServicePortSpec,
  auto: Automatism,
): Said {
  const byDefault = auto.isAutomatic ? auto.byPods : 'plaintext';
  const some = mesh.queries.getOne(
    SETTINGS_THERE,
    () =>
      mesh.all('DestinationRule').length > 0 ||
      mesh.all('BackendTLSPolicy').length > 0,
  );
  if (!some) return byDefault;
  const { namespace, name } = service;
  return mesh.queries.get(
    PEER,
    `${from}/${namespace}/${name}/${port.port}/${auto.byPods}`,
    () => {
      const peers: Said[] = [];
      for (const pool of poolsFor(mesh, from, namespace)) {
        const made =
          pool.place === namespace
            ? backendTlsOf(mesh, { namespace, name }, port)
            : 'none';
        if (made === 'this-port') return 'unknown';
        // The rule that is made of it says nothing of this port, and may stand before others.
        if (made === 'other-ports') peers.push(byDefault);
        const rules = rulesIn(mesh, pool, from, { namespace, name });
        if (rules.length === 0) continue;
        const specs = specsOf(rules);
        peers.push(...specs.flatMap(spec => peersOf(spec, port.port, auto)));
        return agreed(peers);
      }
      return agreed([...peers, byDefault]);
    },
  );
}

function agreed(peers: readonly Said[]): Said {
  const [peer, ...others] = new Set(peers);
  if (others.length === 0) return peer;
  const showIdentity = [peer, ...others].every(
    each => each === 'mesh' || each === 'mutual-tls',
  );
  return showIdentity ? 'identity' : 'unknown';
}

function peersOf(
  spec: DestinationRule['spec'],
  port: number,
  { isAutomatic, byPods }: Automatism,
): Peer[] {
  if (spec === 'malformed' || spec.workloadSelector) return ['unknown'];
  const { trafficPolicy = {}, subsets = [] } = spec;
  return [{}, ...subsets].map(({ trafficPolicy: ofSubset }) => {
    const policies = ofSubset ? [ofSubset, trafficPolicy] : [trafficPolicy];
    const tls = clusterTls(policies, port);
    if (tls) return toPeer(tls);
    if (!isAutomatic) return 'plaintext';
    const mode = endpointMode(policies, port);
    if (mode === undefined) return byPods;
    return mode === 'ISTIO_MUTUAL' ? 'mesh' : 'plaintext';
  });
}

/**
 * TLS settings of a port: those of the most specific policy. What is set for the port inherits nothing
 * (MergeSubsetTrafficPolicy).
 */
function clusterTls(
  policies: readonly TrafficPolicySpec[],
  port: number,
): TlsSpec | undefined {
  for (const policy of policies) {
    const own = levelOf(policy, port);
    if (own) return own.tls ?? undefined;
    if (policy.tls) return policy.tls;
  }
  return undefined;
}

/**
 * By which mode Istio tells whether the Pods take its mutual TLS, where it is left to find out: here what is set for
 * the port does inherit (tlsModeForDestinationRule).
 */
function endpointMode(
  policies: readonly TrafficPolicySpec[],
  port: number,
): unknown {
  const [tls] = policies.flatMap(
    policy => levelOf(policy, port)?.tls ?? policy.tls ?? [],
  );
  return tls && (tls.mode ?? DEFAULT_MODE);
}

function levelOf(policy: TrafficPolicySpec, port: number) {
  return policy.portLevelSettings?.find(level => level.port?.number === port);
}

function toPeer({ mode = DEFAULT_MODE }: TlsSpec): Peer {
  switch (mode) {
    case 'ISTIO_MUTUAL':
      return 'mutual-tls';
    case 'DISABLE':
      return 'plaintext';
    default:
      // TLS of the user's own: a sidecar takes it for the application's.
      return 'unknown';
  }
}
