/**
 * An answer that somebody saw: a probe, or a person with curl and perhaps Envoy's access log.
 *
 * @public
 */
export interface ObservedAnswer {
  /** HTTP status, or `closed` where the connection ended without an answer. */
  status: number | 'closed';
  /** The body, or its beginning. */
  body?: string;
  /** Envoy's response-code details (`%RESPONSE_CODE_DETAILS%` of the access log). */
  details?: string;
  /** Response headers; names in any case. */
  headers?: Record<string, string | string[]>;
}

/**
 * Who gave an answer, as the answer itself tells.
 *
 * - `gateway`: a proxy that answers by a route (redirect, direct response, 404), or before the filters
 * - `workload`: the application, which the request reached
 * - `upstream`: a proxy that could not reach what stands behind it
 * - `elsewhere`: neither Istio's filters nor, as far as can be told, a proxy of Istio
 *
 * @public
 */
export type AnswerOrigin =
  | 'mutual-tls'
  | 'jwt_authn'
  | 'rbac'
  | 'ext-authz'
  | 'gateway'
  | 'workload'
  | 'upstream'
  | 'elsewhere'
  | 'unknown';

const RBAC_BODY = 'RBAC: access denied';
const JWT_BODY = /^(Jwt |Jwks |Audiences in Jwt )/;
/** gRPC answers refusals with HTTP 200 and the status in a header. */
const GRPC_STATUS = new Map([
  ['7', 403],
  ['16', 401],
]);

/** An answer in one form, whether it came by HTTP or by gRPC. @internal */
export interface ReadAnswer {
  status: number | 'closed';
  body: string | undefined;
  details: string | undefined;
  server: string | undefined;
  origin: AnswerOrigin;
  /** Envoy's id of the policy that decided, where the details tell it. */
  policyId?: string;
}

/** @internal */
export function readAnswer(
  observed: ObservedAnswer,
  method?: string,
): ReadAnswer {
  const headers = new Map(
    Object.entries(observed.headers ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
  const grpc = GRPC_STATUS.get(headers.get('grpc-status') ?? '');
  const status = observed.status === 200 && grpc ? grpc : observed.status;
  const text =
    grpc && observed.status === 200
      ? headers.get('grpc-message')
      : observed.body;
  // An answer to HEAD has no body that could say anything.
  const body = method === 'HEAD' && !text ? undefined : text?.trim();
  const { details } = observed;
  const read = { status, body, details, server: headers.get('server') };
  const policyId = /rbac_access_denied_matched_policy\[(.*)\]$/.exec(
    details ?? '',
  )?.[1];
  return {
    ...read,
    origin: originOf(read, headers),
    ...(policyId === undefined ? {} : { policyId }),
  };
}

function originOf(
  { status, body, details, server }: Omit<ReadAnswer, 'origin'>,
  headers: ReadonlyMap<string, string>,
): AnswerOrigin {
  if (details !== undefined) {
    const told = originByDetails(details);
    if (told) return told;
  }
  if (status === 'closed') return 'unknown';
  if (status === 403 && body === RBAC_BODY) return 'rbac';
  const refused = status === 401 || status === 403;
  if (refused && body !== undefined && JWT_BODY.test(body)) return 'jwt_authn';
  const challenge = headers.get('www-authenticate') ?? '';
  if (
    status === 401 &&
    body === undefined &&
    /^Bearer realm=.*error="invalid_token"/.test(challenge)
  ) {
    return 'jwt_authn';
  }
  if (
    /^upstream (connect error|request timeout)|^no healthy upstream/.test(
      body ?? '',
    )
  ) {
    return 'upstream';
  }
  // Istio's proxies name themselves; a local answer of another server is not theirs.
  const foreign = server !== undefined && !/envoy/i.test(server);
  if (refused) return foreign ? 'elsewhere' : 'unknown';
  if (body === '' && (status === 404 || status === 301 || status === 400)) {
    return foreign ? 'elsewhere' : 'gateway';
  }
  return status < 500 ? 'workload' : 'unknown';
}

function originByDetails(details: string): AnswerOrigin | undefined {
  if (details.startsWith('rbac_access_denied')) return 'rbac';
  if (details.startsWith('jwt_authn_access_denied')) return 'jwt_authn';
  if (details.startsWith('ext_authz_')) return 'ext-authz';
  if (details === 'via_upstream') return 'workload';
  if (
    /^(route_not_found|direct_response|http1\.|http2\.|missing_host|path_norm)/.test(
      details,
    )
  ) {
    return 'gateway';
  }
  if (
    /^(upstream_|no_healthy_upstream|cluster_not_found|response_timeout)/.test(
      details,
    )
  ) {
    return 'upstream';
  }
  return undefined;
}
