import { createExtensionPoint } from '@backstage/backend-plugin-api';

/**
 * What a token has to be good for.
 *
 * @public
 */
export interface TokenRequest {
  /** Exact `iss` that the proxy trusts. */
  issuer: string;
  /** Any of these has to be in `aud`. Empty: any audience will do. */
  audiences: string[];
  /** Name of the cluster that is probed. */
  cluster: string;
  /** Host that the token will be sent for, without port. Whoever serves it sees the token. */
  host: string;
  /**
   * Claims to add, or to leave out where null, for probes of what a proxy makes of them. A source that
   * cannot shape its tokens answers `none` to a request that has any.
   */
  claims?: Record<string, unknown>;
  /**
   * Parameters to add to the protected header, `crit` among them, for probes of what a proxy makes of
   * them. A source that cannot shape its tokens answers `none` to a request that has any.
   */
  header?: Record<string, unknown>;
}

/**
 * Answer of a {@link TokenSource}. `none` says why, for a person: without any secret in it.
 *
 * @public
 */
export type TokenResult =
  | { kind: 'token'; token: string }
  | { kind: 'none'; reason: string };

/**
 * Gives valid tokens to probes. A token is sent to the gateways of the probed cluster and nowhere
 * else; it is never stored, logged or returned to a browser.
 *
 * @public
 */
export interface TokenSource {
  /** For messages, such as `static`. */
  id: string;
  /** May reject: that counts as `none`. Waited for at most 10 s. */
  getToken(request: TokenRequest): Promise<TokenResult>;
}

/** @public */
export interface IstioJwtTokenSourcesExtensionPoint {
  /** Sources are asked in the order they were added, before those of the config. */
  addTokenSource(...sources: TokenSource[]): void;
}

/**
 * Adds sources of valid tokens for probes.
 *
 * @public
 */
export const istioJwtTokenSourcesExtensionPoint =
  createExtensionPoint<IstioJwtTokenSourcesExtensionPoint>({
    id: 'istio-jwt.token-sources',
  });
