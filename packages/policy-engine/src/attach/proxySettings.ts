import { ProxyRef } from '../model';
import { PathNormalization } from '../match/normalizePath';
import {
  PROXY_CONFIG_ANNOTATION,
  ProxyConfig,
  readProxyConfigText,
} from '../parse/meshConfig';
import { Reader } from '../parse/reader';
import type { Tri } from '../match/tri';
import { Mesh } from './Mesh';
import type { KnownMeshConfig } from './meshConfig';
import { proxyKey, selectWorkloads } from './workloads';
import { perObject } from '../queries/perObject';
import { Family, sameData } from '../queries/queries';

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
  const texts = annotationsOf(mesh, proxy);
  if (texts.every(text => text === '')) {
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
  texts: readonly string[],
): ProxySettings {
  const own = texts.map(text => {
    if (text === '') return NO_SETTINGS;
    const reader = new Reader();
    const read = readProxyConfigText(text, reader);
    return reader.errors.length > 0
      ? { unread: [`${PROXY_CONFIG_ANNOTATION}, which cannot be read`] }
      : read;
  });
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

/** One per distinct group of the proxy's Pods; empty text where a group has none. */
function annotationsOf(mesh: Mesh, proxy: ProxyRef): string[] {
  return selectWorkloads(mesh, proxy.namespace, proxy.labels).map(
    ({ annotations }) => annotations[PROXY_CONFIG_ANNOTATION] ?? '',
  );
}
