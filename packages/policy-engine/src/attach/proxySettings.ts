import { ProxyRef } from '../model';
import { PathNormalization } from '../match/normalizePath';
import {
  BOOTSTRAP_ANNOTATION,
  PROXY_CONFIG_ANNOTATION,
  ProxyConfig,
  readProxyConfigText,
} from '../parse/proxyConfig';
import { Reader } from '../parse/reader';
import type { Tri } from '../match/tri';
import { Mesh } from './Mesh';
import type { KnownMeshConfig } from './meshConfig';
import { proxyKey, selectWorkloads } from './workloads';
import { perObject } from '../queries/perObject';
import { Family, sameData } from '../queries/queries';

type Annotations = Readonly<Record<string, string>>;

const PROXY_SETTINGS = new Family();

/** How a proxy reads a request before any filter. */
export interface ProxySettings {
  pathNormalization: PathNormalization;
  /**
   * From where the client's address is taken: `last-hop` of `X-Forwarded-For` (sidecars and
   * waypoints), or the peer unless so many proxies before a gateway are trusted.
   */
  clientAddress: 'last-hop' | { trustedProxies: number | 'unknown' };
  /**
   * Whether `X-Forwarded-Proto` says what a client wrote. A gateway that trusts no proxy before it writes it
   * itself (Envoy's `xff_num_trusted_hops`).
   */
  trustsForwardedProto: Tri;
  /** Why requests cannot be followed; one sentence each. */
  unread: readonly string[];
}

/** What Pods without the annotation say; most have none, and parsing costs more than all the rest. */
const NO_SETTINGS: ProxyConfig = { unread: [] };

/** Of proxies whose Pods say nothing: one for gateways, and one for all others. */
const unsaid = {
  gateway: perObject((config: KnownMeshConfig) =>
    combine(config, 'gateway', []),
  ),
  other: perObject((config: KnownMeshConfig) => combine(config, 'sidecar', [])),
};

/** Settings from the mesh config and from the annotation of the proxy's Pods. */
export function proxySettingsOf(mesh: Mesh, proxy: ProxyRef): ProxySettings {
  const own = annotationsOf(mesh, proxy);
  if (own.every(saysNothing)) {
    return unsaid[proxy.kind === 'gateway' ? 'gateway' : 'other'](mesh.config);
  }
  return mesh.queries.get(
    PROXY_SETTINGS,
    proxyKey(proxy),
    () => combine(mesh.config, proxy.kind, annotationsOf(mesh, proxy)),
    sameData,
  );
}

function combine(
  config: KnownMeshConfig,
  kind: ProxyRef['kind'],
  annotations: readonly Annotations[],
): ProxySettings {
  const own = annotations.map(readOwn);
  const unread = new Set(
    [config.defaultConfig, ...own].flatMap(item => item.unread),
  );
  return {
    pathNormalization: config.pathNormalization,
    clientAddress:
      kind === 'gateway'
        ? { trustedProxies: trustedProxies(config, own) }
        : 'last-hop',
    trustsForwardedProto: kind !== 'gateway' || trustsSome(config, own),
    unread: [
      ...config.problems,
      ...[...unread].map(
        field =>
          `the proxy's settings have ${field}, which the engine does not follow`,
      ),
    ],
  };
}

/** What a Pod's annotations say of its own proxy. */
export function readOwn(annotations: Annotations): ProxyConfig {
  if (saysNothing(annotations)) return NO_SETTINGS;
  const text = annotations[PROXY_CONFIG_ANNOTATION] ?? '';
  const reader = new Reader();
  const read = text === '' ? NO_SETTINGS : readProxyConfigText(text, reader);
  const unread = [...read.unread];
  if (BOOTSTRAP_ANNOTATION in annotations) unread.push(BOOTSTRAP_ANNOTATION);
  return reader.errors.length > 0
    ? { unread: [`${PROXY_CONFIG_ANNOTATION}, which cannot be read`] }
    : { ...read, unread };
}

function saysNothing(annotations: Annotations): boolean {
  return (
    !annotations[PROXY_CONFIG_ANNOTATION] &&
    !(BOOTSTRAP_ANNOTATION in annotations)
  );
}

function trustedProxies(
  { defaultConfig, visible }: KnownMeshConfig,
  own: ProxyConfig[],
): number | 'unknown' {
  const fallback = defaultConfig.trustedProxies ?? (visible ? 0 : 'unknown');
  const counts = new Set(own.map(item => item.trustedProxies ?? fallback));
  if (counts.size === 0) return fallback;
  const [count] = counts;
  return counts.size === 1 ? count : 'unknown';
}

/** Where no mesh config is seen, Istio's default counts, as for paths. */
function trustsSome(
  { defaultConfig }: KnownMeshConfig,
  own: ProxyConfig[],
): Tri {
  const fallback = defaultConfig.trustedProxies ?? 0;
  const counts = own.map(item => item.trustedProxies ?? fallback);
  if (counts.length === 0) return fallback > 0;
  const trusting = counts.filter(count => count > 0).length;
  return trusting === counts.length || (trusting > 0 && 'unknown');
}

/** One per distinct group of the proxy's Pods. */
function annotationsOf(mesh: Mesh, proxy: ProxyRef): Annotations[] {
  return selectWorkloads(mesh, proxy.namespace, proxy.labels).map(
    ({ annotations }) => annotations,
  );
}
