import { ProxyRequest, RequestToken, requestTo } from 'istio-jwt-policy-engine';
import { describeSource } from './describeSource';
import { TokenLocation } from './locateToken';
import { WayInPlan } from './planProbes';
import { ProbeToken, VectorRequest } from './vectors';

/** What goes over the wire. Holds tokens: never logged, stored or shown. */
export interface WireRequest {
  method: 'GET' | 'OPTIONS';
  host: string;
  path: string;
  headers: Record<string, string | string[]>;
  /** Text to look for in the answer. */
  lookFor?: string;
}

/** A vector's request in three forms: to be sent, for the engine, and to be shown. */
export type ComposedRequest =
  | {
      kind: 'composed';
      wire: WireRequest;
      engine: ProxyRequest;
      /** Without any token. */
      shown: { method: string; host: string; path: string };
    }
  | Extract<VectorRequest, { kind: 'not-tested' }>;

type Placed = Exclude<TokenLocation, { kind: 'unsupported' }>;

/** Puts a vector's tokens where they belong. */
export function composeRequest(
  plan: WayInPlan,
  vector: Extract<VectorRequest, { kind: 'request' }>,
  {
    path: plainPath,
    usual,
    userAgent,
  }: {
    path: string;
    /** Where the issuer's rule looks for tokens. */
    usual: TokenLocation;
    userAgent: string;
  },
): ComposedRequest {
  const host = vector.host ?? plan.host;
  if (plan.origin.kind === 'prober' && host !== plan.host) {
    const reason =
      "Inside the mesh the caller's own proxy chooses the Service by the host, so that another host leads elsewhere.";
    return { kind: 'not-tested', reason };
  }
  const shownPath = vector.path ?? plainPath;
  const method = vector.method ?? 'GET';
  const { wayIn } = plan;
  const plainHeaders = { ...wayIn.requiredHeaders, ...vector.headers };
  const headers: WireRequest['headers'] = { ...plainHeaders };
  const tokens: RequestToken[] = [];
  let path = shownPath;
  for (const token of vector.tokens) {
    const place = token.place.kind === 'usual' ? usual : token.place;
    if (place.kind === 'unsupported') {
      return { kind: 'not-tested', reason: place.reason };
    }
    if (place.kind === 'query' && token.secret) {
      const reason =
        'The rule takes tokens from the query only, and probes put no valid token into a URL.';
      return { kind: 'not-tested', reason };
    }
    tokens.push(describeToken(token, place));
    if (place.kind === 'header') {
      addHeader(headers, place.name, `${place.prefix}${token.text}`);
    } else if (place.kind === 'cookie') {
      headers.cookie = `${place.name}=${token.text}`;
    } else {
      const [base, fragment] = path.split('#', 2);
      const separator = base.includes('?') ? '&' : '?';
      path = `${base}${separator}${place.name}=${token.text}${
        fragment === undefined ? '' : `#${fragment}`
      }`;
    }
  }
  // The engine needs no text of a token that somebody's key signed.
  const isSecret = vector.tokens.some(({ secret }) => secret);
  return {
    kind: 'composed',
    wire: {
      method,
      host,
      path,
      headers,
      ...(vector.echo === undefined ? {} : { lookFor: vector.echo }),
    },
    engine: {
      ...requestTo(wayIn, host, plan.host),
      method,
      path: isSecret ? shownPath : path,
      headers: {
        'user-agent': userAgent,
        accept: '*/*',
        ...(isSecret ? plainHeaders : headers),
      },
      source: describeSource(plan.origin),
      tokens,
    },
    shown: { method, host, path: shownPath },
  };
}

function describeToken(
  { validity, claims }: ProbeToken,
  place: Placed,
): RequestToken {
  return place.kind === 'header'
    ? { in: 'header', name: place.name, prefix: place.prefix, validity, claims }
    : { in: place.kind, name: place.name, validity, claims };
}

function addHeader(
  headers: WireRequest['headers'],
  name: string,
  value: string,
): void {
  const before = headers[name];
  headers[name] = before === undefined ? value : [before, value].flat();
}
