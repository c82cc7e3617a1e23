import { Hop, ProxyRef, ResourceRef } from '../model';
import { refOf } from '../parse';
import { MutualTlsMode, PeerAuthenticationSpec } from '../parse/specs';
import { Mesh } from './Mesh';
import { Stored } from './Stored';
import { listOldest } from './age';
import { isWide, selectorOf, selects } from './policyIndex';
import { proxyKey } from './workloads';
import { Family, sameData } from '../queries/queries';

const MUTUAL_TLS_SINGLED = new Family();
const MUTUAL_TLS = new Family();
const PEER_AUTHENTICATION = new Family();

export type EffectiveMode = 'DISABLE' | 'PERMISSIVE' | 'STRICT' | 'unknown';

/** What a sidecar demands of its callers. */
export interface MutualTls {
  mode: EffectiveMode;
  ports: ReadonlyMap<number, EffectiveMode>;
  /** The PeerAuthentication that decided `mode`. */
  by?: ResourceRef;
  /** The one that decided `ports`. */
  portsBy?: ResourceRef;
  /** Where a mode is `unknown`: why. */
  doubt?: string;
}

export function modeOf(mtls: MutualTls, port: number): EffectiveMode {
  return mtls.ports.get(port) ?? mtls.mode;
}

/** The PeerAuthentication that decided the mode of a port. None: it is the default. */
export function deciderOf(
  { ports, by, portsBy }: MutualTls,
  port: number,
): ResourceRef | undefined {
  return ports.has(port) ? portsBy : by;
}

/**
 * How the proxy before connects, where no request gets through so: by mutual TLS to a sidecar that takes none, or in
 * plain text to one that takes nothing else. The mutual TLS of a TCP port that takes none comes to the application.
 */
export function refusedPeer(
  { peer, port, protocol }: Hop,
  mtls: MutualTls | undefined,
): 'mutual-tls' | 'plaintext' | undefined {
  const mode = mtls && modeOf(mtls, port);
  if (peer === 'plaintext' && mode === 'STRICT') return peer;
  return peer === 'mutual-tls' && mode === 'DISABLE' && protocol === 'http'
    ? peer
    : undefined;
}

/**
 * Mutual TLS of a sidecar: the workload's own PeerAuthentication, else its namespace's, else the
 * root namespace's, else PERMISSIVE; `UNSET` inherits. The oldest wins where several apply
 * (Istio's ComposePeerAuthentication).
 */
export function mutualTlsOf(mesh: Mesh, proxy: ProxyRef): MutualTls {
  // Where nothing selects workloads, one answer is for the whole namespace.
  const { namespace } = proxy;
  const isSingled = mesh.queries.get(MUTUAL_TLS_SINGLED, namespace, () =>
    mesh
      .inNamespace('PeerAuthentication', namespace)
      .some(stored => !isForAll(stored)),
  );
  return mesh.queries.get(
    MUTUAL_TLS,
    isSingled
      ? proxyKey(proxy)
      : `${takesTunnels(proxy) ? 'with' : 'without'} tunnels in ${namespace}`,
    () => compose(mesh, proxy),
    (a, b) =>
      sameData({ ...a, ports: [...a.ports] }, { ...b, ports: [...b.ports] }),
  );
}

function compose(mesh: Mesh, proxy: ProxyRef): MutualTls {
  const root = wide(mesh, mesh.rootNamespace);
  const namespaced =
    proxy.namespace === mesh.rootNamespace
      ? undefined
      : wide(mesh, proxy.namespace);
  const own = choose(
    // With a selector, a PeerAuthentication of the root namespace is ignored.
    (proxy.namespace === mesh.rootNamespace
      ? []
      : mesh.inNamespace('PeerAuthentication', proxy.namespace)
    ).filter(stored => selects(stored, proxy.labels)),
  );
  let mode: EffectiveMode = 'PERMISSIVE';
  let decided: Chosen | undefined;
  for (const chosen of [root, namespaced, own]) {
    if (!chosen) continue;
    const given = chosen.isSure ? readMode(chosen.stored) : 'unknown';
    if (given === 'UNSET') continue;
    mode = given;
    decided = chosen;
  }
  const ports = new Map<number, EffectiveMode>();
  const levels =
    own?.isSure && own.stored.errors.length === 0
      ? specOf(own.stored).portLevelMtls
      : undefined;
  for (const [port, level] of Object.entries(levels ?? {})) {
    const given = level?.mode ?? 'UNSET';
    if (given !== 'UNSET') ports.set(Number(port), given);
  }
  if (takesTunnels(proxy)) {
    // The tunnel is mutual TLS whatever the mode is, so that DISABLE admits both.
    const admit = (given: EffectiveMode): EffectiveMode =>
      given === 'DISABLE' ? 'PERMISSIVE' : given;
    mode = admit(mode);
    for (const [port, given] of ports) ports.set(port, admit(given));
  }
  return {
    mode,
    ports,
    ...(decided && { by: refOf(decided.stored.resource) }),
    ...(own && ports.size > 0 && { portsBy: refOf(own.stored.resource) }),
    ...(decided && mode === 'unknown' && { doubt: describeDoubt(decided) }),
  };
}

function describeDoubt({ isSure }: Chosen): string {
  return isSure
    ? 'the PeerAuthentication is malformed'
    : 'which of several PeerAuthentications is the oldest is not known';
}

const TUNNEL_LABEL = 'networking.istio.io/tunnel';

/**
 * Whether callers in ambient mode bring their identity by HBONE. ztunnel always listens for it; a sidecar where the
 * injector said so by a label, beside its listeners for all others (Istio's ListenerBuilder, buildInboundHBONEListeners).
 */
function takesTunnels({ kind, labels }: ProxyRef): boolean {
  return (
    kind === 'ztunnel' ||
    (labels[TUNNEL_LABEL] ?? '').split(',').includes('http')
  );
}

function wide(mesh: Mesh, namespace: string): Chosen | undefined {
  return mesh.queries.get(
    PEER_AUTHENTICATION,
    namespace,
    () =>
      choose(
        mesh.inNamespace('PeerAuthentication', namespace).filter(isForAll),
      ),
    (a, b) => a?.stored === b?.stored && a?.isSure === b?.isSure,
  );
}

/** One of several PeerAuthentications, and whether it is the oldest, or says the same as whatever is. */
interface Chosen {
  stored: Stored;
  isSure: boolean;
}

function choose(list: readonly Stored[]): Chosen | undefined {
  const [stored, ...others] = listOldest(list);
  return (
    stored && {
      stored,
      isSure: others.every(other => saysTheSame(other, stored)),
    }
  );
}

function saysTheSame(a: Stored, b: Stored): boolean {
  const [one, other] = [a, b].map(stored => ({
    mode: readMode(stored),
    ports: specOf(stored).portLevelMtls,
  }));
  return sameData(one, other);
}

function specOf({ resource }: Stored): PeerAuthenticationSpec {
  return (resource.spec ?? {}) as PeerAuthenticationSpec;
}

/** One that is malformed may be for all. */
function isForAll(stored: Stored): boolean {
  return selectorOf(stored) === 'unreadable' || isWide(stored);
}

function readMode(stored: Stored): MutualTlsMode | 'unknown' {
  if (stored.errors.length > 0) return 'unknown';
  return specOf(stored).mtls?.mode ?? 'UNSET';
}
