import { ProxyRequest, RequestToken } from '../model';
import { dropQueryParams } from '../match/queryParams';
import { splitQuery } from '../match/splitQuery';
import { Program } from '../compile/program';
import { applyRoute, TakenRoute } from './applyRoute';
import { Evaluation } from './evaluate';
import { consumedTokens, unreadableHeaders } from './jwtHeaders';
import { tokenName } from './tokenPlace';

/** Identity and protocol that the next proxy sees of a gateway. */
export interface NextHop {
  port: number;
  protocol: 'http' | 'tcp';
  /** SPIFFE identity of the proxy that opens the connection; absent where it shows none. */
  principal?: string;
}

/**
 * The request as the next proxy meets it: verified tokens removed unless `forwardOriginalToken`,
 * claim headers replaced, the gateway as caller. Undefined where the route changes the request in a
 * way that the engine does not follow.
 */
export function forwardRequest(
  program: Program,
  request: ProxyRequest,
  evaluation: Evaluation,
  route: TakenRoute | undefined,
  next: NextHop,
): ProxyRequest | undefined {
  const stripped = applyJwtOutputs(program, request, evaluation);
  const rewritten = route
    ? applyRoute(stripped, evaluation.facts.path, route)
    : stripped;
  if (!rewritten) return undefined;
  // On a TCP connection nobody writes the header but the client.
  const clientIp = request.protocol === 'tcp' ? undefined : request.source?.ip;
  return {
    ...rewritten,
    headers: withoutForwardedFor(rewritten.headers),
    port: next.port,
    protocol: next.protocol,
    // The proxy speaks to the next one as it likes.
    httpVersion: (request.httpVersion ?? 1) === 1 ? 1 : 'unknown',
    source: {
      ...(next.principal === undefined
        ? {}
        : {
            principal: next.principal,
            namespace: next.principal.split('/')[2],
          }),
      // The gateway's Pod address is not known; it appends the client's to X-Forwarded-For.
      ...(clientIp === undefined ? {} : { remoteIp: clientIp }),
    },
    sni: undefined,
    destinationIp: undefined,
  };
}

/** The gateway appends to it an address that is not always known. */
function withoutForwardedFor(
  headers: ProxyRequest['headers'],
): ProxyRequest['headers'] {
  if (!headers) return headers;
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => name.toLowerCase() !== 'x-forwarded-for',
    ),
  );
}

function applyJwtOutputs(
  program: Program,
  request: ProxyRequest,
  { jwt, facts }: Evaluation,
): ProxyRequest {
  if (!jwt || program.providers.length === 0) return request;
  const removed = consumedTokens(jwt);
  const isRemoved = (token: RequestToken) =>
    removed.some(
      other => other.in === token.in && other.name === tokenName(token),
    );
  const tokens = (request.tokens ?? []).filter(token => !isRemoved(token));
  const params = removed.flatMap(token =>
    token.in === 'query' ? [token.name] : [],
  );
  // Headers made of claims hold no token, and their text is not always known.
  const opaque = unreadableHeaders(jwt).map(
    (name): RequestToken => ({
      in: 'header',
      name,
      prefix: '',
      validity: 'malformed',
      claims: {},
    }),
  );
  return {
    ...request,
    headers: facts.listHeaders(),
    tokens: [...tokens, ...opaque],
    path: dropParams(request.path, params),
  };
}

function dropParams(
  path: string | undefined,
  names: string[],
): string | undefined {
  if (path === undefined || names.length === 0) return path;
  const [base, query] = splitQuery(path);
  if (query === undefined) return path;
  const kept = dropQueryParams(query, names);
  return kept === '' ? base : `${base}?${kept}`;
}
