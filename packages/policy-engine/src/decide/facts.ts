import { some, Tri } from '../match/tri';
import { NormalizedPath, normalizePath } from '../match/normalizePath';
import { ProxyRequest } from '../model';
import { ProxySettings } from '../attach/proxySettings';
import { clientAddress } from './clientAddress';
import type { HeadersAfterJwt } from './jwtHeaders';
import { METHODS } from './methods';
import { tokenName, tokenPrefix } from './tokenPlace';

/** Verified claims, none, or not known whether there are any and which. */
export type Claims =
  | { kind: 'verified'; payload: Record<string, unknown> }
  | { kind: 'none' }
  | { kind: 'unknown' };

export const NO_CLAIMS: Claims = { kind: 'none' };

const NO_HEADERS: ReadonlyMap<string, string> = new Map();

const DEFAULT_SETTINGS: ProxySettings = {
  pathNormalization: 'BASE',
  clientAddress: { trustedProxies: 'unknown' },
  trustsForwardedProto: 'unknown',
  unread: [],
};

/**
 * A request as RBAC filters see it, read from the request where somebody asks. Undefined addresses
 * are not known.
 */
export class Facts {
  readonly port: number;
  readonly method: string;
  /** Lower case; undefined where the request names none. */
  readonly host: string | undefined;
  /** SPIFFE URI of the peer; undefined for a peer without a certificate. */
  readonly principal: string | undefined;
  private normalized: NormalizedPath | undefined;
  private ownHeaders: ReadonlyMap<string, string> | undefined;
  private ownPrefixes: ReadonlyMap<string, string> | undefined;
  private ownQuery: string | undefined;
  private doubtfulHeaders: readonly string[] = [];

  constructor(
    private readonly request: ProxyRequest,
    private readonly settings: ProxySettings,
    /** Verified by jwt_authn, once that has run. */
    readonly claims: Claims,
    hasCertificate: boolean,
    private readonly comparesEach = false,
  ) {
    this.port = request.port;
    this.method = request.method ?? 'GET';
    this.host = request.host?.toLowerCase();
    const principal = request.source?.principal;
    this.principal =
      principal === undefined || !hasCertificate
        ? undefined
        : `spiffe://${principal}`;
  }

  /** The path and the query as the proxy normalises them. */
  get target(): NormalizedPath {
    this.normalized ??= normalizePath(
      this.request.path ?? '/',
      this.settings.pathNormalization,
    );
    return this.normalized;
  }

  /** Why a proxy that meets the request by HTTP/1 refuses it before any filter. */
  get refusedByHttp1(): string | undefined {
    return METHODS.has(this.method)
      ? this.target.refusedByHttp1
      : `Envoy's HTTP/1 parser knows no method ${JSON.stringify(this.method)}`;
  }

  get path(): string {
    return this.target.path;
  }

  get query(): string {
    return this.ownQuery ?? this.target.query;
  }

  get headers(): ReadonlyMap<string, string> {
    this.ownHeaders ??= this.request.headers
      ? readHeaders(this.request.headers)
      : NO_HEADERS;
    return this.ownHeaders;
  }

  /** The host as the client wrote it, which routes compare; policies ignore its case. */
  get authority(): string | undefined {
    return this.request.host;
  }

  /** One header's value, found without reading all of them. @param name - in lower case */
  header(name: string): string | undefined {
    if (this.ownHeaders) return this.ownHeaders.get(name);
    const { headers } = this.request;
    let found: string | undefined;
    for (const key in headers) {
      if (key.length !== name.length || !Object.hasOwn(headers, key)) continue;
      if (key !== name && key.toLowerCase() !== name) continue;
      const text = headerText(headers[key]);
      found = found === undefined ? text : `${found},${text}`;
    }
    return found;
  }

  /** The values of a header as they came, one by one. @param name - in lower case */
  headerValues(name: string): string[] {
    return Object.entries(this.request.headers ?? {})
      .filter(([key]) => key.toLowerCase() === name)
      .flatMap(([, value]) => value)
      .map(trim);
  }

  /**
   * Asks about a header's value. Envoy compares the values of a header that came several times one by
   * one, before the fix of CVE-2026-26308 joined by commas; what holds of only one of the two is not
   * known.
   *
   * @param name - in lower case
   */
  matchHeader(name: string, matches: (value: string) => Tri): Tri {
    const value = this.header(name);
    if (value === undefined) return false;
    const joined = matches(value);
    const several = this.severalValues(name, value);
    const each = several ? some(several, matches) : joined;
    if (this.comparesEach) return this.ifThere(name, each);
    return each === joined ? this.ifThere(name, joined) : 'unknown';
  }

  /** What is known where a header matches so, if it is still there. */
  ifThere(name: string, matched: Tri): Tri {
    return matched !== false && this.doubtfulHeaders.includes(name)
      ? 'unknown'
      : matched;
  }

  /** Headers of which it is not known whether jwt_authn took them out: it depends on the version of Envoy. */
  get doubtful(): readonly string[] {
    return this.doubtfulHeaders;
  }

  /** The values of a header that came several times and is as it came. */
  private severalValues(name: string, value: string): string[] | undefined {
    if (!value.includes(',')) return undefined;
    const values = this.headerValues(name);
    return values.length > 1 && values.join(',') === value ? values : undefined;
  }

  /** The headers for the next hop, those that came several times as lists. */
  listHeaders(): Record<string, string | string[]> {
    return Object.fromEntries(
      [...this.headers].map(([name, value]) => [
        name,
        this.severalValues(name, value) ?? value,
      ]),
    );
  }

  /** Headers of which only the text before a token is known: `request.tokens` without `headers`. */
  get tokenPrefixes(): ReadonlyMap<string, string> {
    this.ownPrefixes ??= readTokenPrefixes(this.request, this.headers);
    return this.ownPrefixes;
  }

  /** Whether `X-Forwarded-Proto` is taken as it came. */
  get trustsForwardedProto(): Tri {
    return this.settings.trustsForwardedProto;
  }

  get sourceIp(): string | undefined {
    return this.request.source?.ip;
  }

  get remoteIp(): string | undefined {
    const { source, protocol } = this.request;
    if (source?.remoteIp !== undefined) return source.remoteIp;
    // Only HTTP has a header that names another client.
    return protocol === 'tcp'
      ? source?.ip
      : clientAddress(
          this.settings.clientAddress,
          source?.ip,
          this.header('x-forwarded-for'),
        );
  }

  get destinationIp(): string | undefined {
    return this.request.destinationIp;
  }

  /** Empty where the client names no server. */
  get sni(): string | undefined {
    return this.request.sni?.toLowerCase();
  }

  /** The same request with other claims. */
  withClaims(claims: Claims): Facts {
    const copy = new Facts(
      this.request,
      this.settings,
      claims,
      this.principal !== undefined,
      this.comparesEach,
    );
    copy.normalized = this.normalized;
    copy.ownHeaders = this.ownHeaders;
    copy.ownPrefixes = this.ownPrefixes;
    copy.ownQuery = this.ownQuery;
    return copy;
  }

  /** The same request as jwt_authn leaves it. */
  afterJwt(
    claims: Claims,
    { headers, tokenPrefixes, doubtful, query }: HeadersAfterJwt,
  ): Facts {
    const copy = this.withClaims(claims);
    copy.ownQuery = query;
    copy.ownHeaders = headers;
    copy.ownPrefixes = tokenPrefixes;
    copy.doubtfulHeaders = doubtful;
    return copy;
  }
}

/**
 * @param hasCertificate - false where the proxy asks no certificate of its callers
 * @param comparesEach - where the values of a header that came several times are surely compared one by one
 */
export function readFacts(
  request: ProxyRequest,
  settings: ProxySettings = DEFAULT_SETTINGS,
  hasCertificate = true,
  comparesEach = false,
): Facts {
  return new Facts(request, settings, NO_CLAIMS, hasCertificate, comparesEach);
}

function readTokenPrefixes(
  request: ProxyRequest,
  headers: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  if (!request.tokens?.length) return NO_HEADERS;
  const prefixes = new Map<string, string>();
  for (const token of request.tokens) {
    const name = tokenName(token);
    if (token.in === 'header' && !headers.has(name)) {
      prefixes.set(name, tokenPrefix(token));
    }
  }
  return prefixes;
}

/** Lower-case names; repeated headers joined by commas, as Envoy's matchers see them. */
function readHeaders(headers: ProxyRequest['headers']): Map<string, string> {
  const result = new Map<string, string>();
  for (const name in headers) {
    if (!Object.hasOwn(headers, name)) continue;
    const text = headerText(headers[name]);
    const key = name.toLowerCase();
    const before = result.get(key);
    result.set(key, before === undefined ? text : `${before},${text}`);
  }
  return result;
}

/** Envoy's codec takes the white space around a value away, and joins the values of one name. */
function headerText(value: string | string[]): string {
  return Array.isArray(value) ? value.map(trim).join(',') : trim(value);
}

function trim(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value[start])) start++;
  while (end > start && isBlank(value[end - 1])) end--;
  return value.slice(start, end);
}

function isBlank(character: string): boolean {
  return character === ' ' || character === '\t';
}

/** A CORS preflight as Envoy's jwt_authn recognises it. */
export function isPreflight(facts: Facts): boolean {
  return (
    facts.method === 'OPTIONS' &&
    hasText(facts, 'origin') &&
    hasText(facts, 'access-control-request-method')
  );
}

/** Empty values add nothing to a header that came several times. */
function hasText(facts: Facts, name: string): boolean {
  return (
    Boolean(facts.header(name)) &&
    facts.headerValues(name).some(value => value !== '')
  );
}
