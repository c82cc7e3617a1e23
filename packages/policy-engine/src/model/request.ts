/**
 * What is known of a token without its key: where it stands, whether its signature and times hold,
 * and its claims. The engine never verifies signatures, so it needs no key.
 *
 * @public
 */
export interface RequestToken {
  in: 'header' | 'query' | 'cookie';
  /** Header, parameter or cookie name. Default: `authorization` or `access_token`. */
  name?: string;
  /** Text that stands before the token in a header. Default: `Bearer ` for `authorization`, else none. */
  prefix?: string;
  /**
   * `valid`: signed by a key of the issuer named in `iss`, and within its times (60 s skew).
   * `malformed`: not three base64url parts with JSON inside. Claims are ignored then.
   */
  validity:
    | 'valid'
    | 'expired'
    | 'not-yet-valid'
    | 'bad-signature'
    | 'unknown-key'
    | 'malformed';
  claims: Record<string, unknown>;
}

/** A request as a proxy meets it, at its listener. @public */
export interface ProxyRequest {
  /** Port on which the proxy (sidecar: the workload) listens: the target port, as Istio's `ports` means it. */
  port: number;
  protocol?: 'http' | 'tcp';
  /**
   * Version of HTTP that the client speaks. Version 1 has a fixed list of methods and takes no path
   * with characters beyond ASCII; 2 does not mind. Default 1.
   */
  httpVersion?: 1 | 2 | 'unknown';
  /** Default `GET`. Case-sensitive. */
  method?: string;
  /** The raw `:authority`, port included where the client sent one. */
  host?: string;
  /** Path with optional query string. Default `/`. */
  path?: string;
  headers?: Record<string, string | string[]>;
  source?: {
    /** SPIFFE identity without `spiffe://`, from the peer's certificate. Absent for plaintext. */
    principal?: string;
    namespace?: string;
    /** Address of the direct peer. */
    ip?: string;
    /** Client address after trusted hops of `X-Forwarded-For`. Default `ip`. */
    remoteIp?: string;
  };
  sni?: string;
  /** Address that the connection was made to, where a policy reads `destination.ip`. */
  destinationIp?: string;
  tokens?: RequestToken[];
}
