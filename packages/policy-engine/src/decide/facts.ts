import { normalizePath } from '../match/normalizePath';
import { ProxyRequest } from '../model';
import { tokenName, tokenPrefix } from './tokenPlace';

/** Verified claims, none, or not known whether there are any and which. */
export type Claims =
  | { kind: 'verified'; payload: Record<string, unknown> }
  | { kind: 'none' }
  | { kind: 'unknown' };

/** A request as RBAC filters see it. Undefined addresses are not known. */
export interface Facts {
  port: number;
  method: string;
  /** Lower case; undefined where the request names none. */
  host: string | undefined;
  path: string;
  query: string;
  headers: ReadonlyMap<string, string>;
  /** Headers of which only the text before a token is known: `request.tokens` without `headers`. */
  tokenPrefixes: ReadonlyMap<string, string>;
  /** SPIFFE URI of the peer; undefined for a peer without a certificate. */
  principal: string | undefined;
  sourceIp: string | undefined;
  remoteIp: string | undefined;
  destinationIp: string | undefined;
  sni: string | undefined;
  claims: Claims;
}

const NO_CLAIMS: Claims = { kind: 'none' };

/** Reads a request; claims are added once jwt_authn has run. */
export function readFacts(request: ProxyRequest): Facts {
  const { path, query } = normalizePath(request.path ?? '/');
  const { principal, ip, remoteIp } = request.source ?? {};
  const headers = readHeaders(request.headers);
  return {
    port: request.port,
    method: request.method ?? 'GET',
    host: request.host?.toLowerCase(),
    path,
    query,
    headers,
    tokenPrefixes: readTokenPrefixes(request, headers),
    principal: principal === undefined ? undefined : `spiffe://${principal}`,
    sourceIp: ip,
    remoteIp: remoteIp ?? ip,
    destinationIp: request.destinationIp,
    sni: request.sni?.toLowerCase(),
    claims: NO_CLAIMS,
  };
}

function readTokenPrefixes(
  request: ProxyRequest,
  headers: ReadonlyMap<string, string>,
): Map<string, string> {
  const prefixes = new Map<string, string>();
  for (const token of request.tokens ?? []) {
    const name = tokenName(token);
    if (token.in === 'header' && !headers.has(name)) {
      prefixes.set(name, tokenPrefix(token));
    }
  }
  return prefixes;
}

/** Lower-case names; repeated headers joined by commas, as Envoy's matchers see them. */
export function readHeaders(
  headers: ProxyRequest['headers'],
): Map<string, string> {
  const result = new Map<string, string>();
  for (const [name, value] of Object.entries(headers ?? {})) {
    const text = Array.isArray(value) ? value.join(',') : value;
    const key = name.toLowerCase();
    const before = result.get(key);
    result.set(key, before === undefined ? text : `${before},${text}`);
  }
  return result;
}

/** A CORS preflight as Envoy's jwt_authn recognises it. */
export function isPreflight(facts: Facts): boolean {
  return (
    facts.method === 'OPTIONS' &&
    Boolean(facts.headers.get('origin')) &&
    Boolean(facts.headers.get('access-control-request-method'))
  );
}
