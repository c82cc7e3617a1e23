import { ResourceRef } from './resource';

/** One thing that a proxy looked at, in order, with its result. @public */
export interface TraceStep {
  filter: /** The HTTP parser, before any filter. */
  | 'http-parser'
    /** Mutual TLS as PeerAuthentication demands it, before any filter. */
    | 'peer-authentication'
    | 'jwt_authn'
    | 'rbac-custom'
    | 'rbac-audit'
    | 'rbac-deny'
    | 'rbac-allow';
  resource?: ResourceRef;
  /** Index of the rule inside the resource. */
  rule?: number;
  /** Field that settled it, such as `from[0].source.requestPrincipals`. */
  field?: string;
  outcome:
    | 'matched'
    | 'not-matched'
    | 'passed'
    | 'refused'
    | 'shadow'
    | 'skipped'
    | 'unknown';
  /** One sentence for a person. */
  message: string;
}

/**
 * What a proxy answers. `status` 200 means that the request goes on to the route, 400 that the HTTP
 * parser refuses it, 404 that it is `OPTIONS *`, which Envoy answers before any filter, `closed` that the connection ends without an HTTP answer. `unknown` says in
 * `trace` what the engine could not decide.
 *
 * @public
 */
export interface Decision {
  status: 200 | 400 | 401 | 403 | 404 | 'closed' | 'unknown';
  /** Body as Envoy writes it, such as `RBAC: access denied` or `Jwt is expired`. */
  body?: string;
  /** Envoy's response-code details, such as `rbac_access_denied_matched_policy[none]`. */
  details?: string;
  trace: TraceStep[];
}
