/**
 * What may be behind a live answer that is not what the configuration says.
 *
 * - `snapshot-stale`: the cluster says something else by now than was read of it
 * - `propagation`: the proxy has not followed a change yet
 * - `in-front`: something before the gateway answers in its place (CDN, cache, load balancer)
 * - `proxy-not-in-sync`: some replicas of the proxy have other configuration than others
 * - `another-gateway`: the address leads to another gateway than the configuration says
 * - `envoy-filter`: an EnvoyFilter, WasmPlugin or TrafficExtension changes what the proxy does
 * - `key-set`: istiod has not the keys that the issuer signs with
 *
 * @public
 */
export type MismatchCauseId =
  | 'snapshot-stale'
  | 'propagation'
  | 'in-front'
  | 'proxy-not-in-sync'
  | 'another-gateway'
  | 'envoy-filter'
  | 'key-set';

/** @public */
export interface MismatchCause {
  id: MismatchCauseId;
  title: string;
  /** What the check that was made says of it; `possible`: it could not tell. */
  finding: 'likely' | 'possible' | 'ruled-out';
  /** What the check looked at and saw, in a sentence. */
  evidence: string;
  /** What a person can do to find out, or to mend it. */
  next?: string;
}

/**
 * Looks into the first answer of a way in that disagrees.
 *
 * @public
 */
export interface MismatchExplanation {
  /** The vector whose answer was looked into. */
  vector: string;
  /** What the answer means beside the configuration, in the engine's words. */
  summary: string;
  /** The likely ones first, those ruled out last. */
  causes: MismatchCause[];
}
