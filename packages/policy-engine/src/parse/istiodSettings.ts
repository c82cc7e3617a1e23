/** The container of istiod, by Istio's charts. */
export const ISTIOD = 'discovery';

/**
 * Settings of istiod's environment by which it tells proxies otherwise than it does by default: with what it has
 * where nothing is set (Istio's pilot/pkg/features).
 */
export const ISTIOD_SWITCHES = {
  PILOT_ENABLE_AMBIENT: false,
  PILOT_ENABLE_AMBIENT_WAYPOINTS: true,
  ENABLE_INGRESS_WAYPOINT_ROUTING: true,
  PILOT_ENABLE_GATEWAY_API: true,
  ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY: true,
  PILOT_SCOPE_GATEWAY_TO_NAMESPACE: false,
  PILOT_ENABLE_STRICT_GATEWAY_MERGING: true,
} as const;

export type IstiodSwitch = keyof typeof ISTIOD_SWITCHES;

/** Those that have a text, and by default none. */
export const ISTIOD_TEXTS = [
  // Kinds that are not read at all, security policies with `*.istio.io`.
  'PILOT_IGNORE_RESOURCES',
  'ISTIO_WATCH_NAMESPACE',
] as const;

/** Names a ConfigMap of mesh config that istiod reads before its own. */
export const SHARED_MESH_CONFIG = 'SHARED_MESH_CONFIG';

const NAMES: ReadonlySet<unknown> = new Set([
  ...Object.keys(ISTIOD_SWITCHES),
  ...ISTIOD_TEXTS,
  SHARED_MESH_CONFIG,
]);

export function isIstiodSetting(name: unknown): boolean {
  return NAMES.has(name);
}
