import { IssuerUse, ResourceRef } from 'istio-jwt-policy-engine';

/** One key of a published or inline key set. Never holds key material. @public */
export interface PublishedKey {
  /** Cut to 200 characters, like every text that an issuer wrote. */
  kid?: string;
  kty?: string;
  alg?: string;
  use?: string;
  crv?: string;
  /** ISO 8601: end of the first certificate of `x5c`. */
  certificateExpiresAt?: string;
  /** Private or secret material stands beside it. Its value was never kept. */
  private: boolean;
  /** Where everybody can read its private part, such as `RFC 7515, appendix A.2`. */
  knownFrom?: string;
  /** Why Envoy does not use it. Absent: it does. */
  unusable?: string;
}

/** What a key set looked like when it was read last. Times are ISO 8601. @public */
export interface KeySetView {
  /** At most 50. */
  keys: PublishedKey[];
  /** Number of all keys. */
  keyCount: number;
  bytes: number;
  durationMs: number;
  /** When the set of key ids was last seen to change. Absent: never, since `watchedSince`. */
  rotatedAt?: string;
  watchedSince: string;
  /** End of the server's certificate, for https. */
  serverCertificateExpiresAt?: string;
}

/** Why a key set cannot be used as it is. @public */
export interface KeySetFailure {
  code:
    | 'unreachable'
    | 'timeout'
    | 'tls'
    | 'http-status'
    | 'too-large'
    | 'not-a-key-set'
    | 'no-usable-key';
  /** A sentence for a person. */
  reason: string;
  /** The same in a few words, such as `HTTP 500`. */
  brief: string;
  /** Which document failed: the discovery document, or the key set itself. */
  document: 'discovery' | 'keys';
}

/**
 * Whether the keys of an issuer can be read, as far as this backend can see. istiod reads them by
 * itself, from another place on the network.
 *
 * @public
 */
export type IssuerHealth =
  /** The first check has not ended. */
  | { kind: 'checking' }
  | {
      kind: 'healthy';
      checkedAt: string;
      /** Since when it is healthy without a break. */
      since: string;
      keySet: KeySetView;
      /** What is odd about it, such as a discovery document of another issuer. */
      warnings: string[];
    }
  | {
      kind: 'failing';
      checkedAt: string;
      since: string;
      failure: KeySetFailure;
      /** The last set that was read, where there was one. */
      lastGood?: { at: string; keySet: KeySetView };
    }
  /** Not asked, or not decidable from here. */
  | { kind: 'not-checked'; reason: string; fix: string }
  /** The keys stand in the policy itself. */
  | { kind: 'inline'; keys: PublishedKey[]; keyCount: number };

/** What a probe suggests that istiod made of an issuer's keys. @public */
export interface IstiodSuspicion {
  /** A sentence for a person: the likely cause, and how to look. */
  message: string;
  /** ISO 8601: time of the probe. */
  at: string;
}

/** An issuer in use, and the health of its keys. @public */
export interface IssuerHealthView {
  issuer: string;
  jwks: IssuerUse['jwks'];
  /** Address that was asked first: the key set's, or the discovery document's. Absent for inline keys. */
  uri?: string;
  usedBy: { cluster: string; ref: ResourceRef }[];
  health: IssuerHealth;
  /** Key ids of valid tokens that probes have for this issuer, held against the published ones. */
  tokens: { kid?: string; alg: string; published: boolean }[];
  suspicion?: IstiodSuspicion;
}
