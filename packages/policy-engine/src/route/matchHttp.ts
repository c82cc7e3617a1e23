import { matchesPattern, regexPattern } from '../match/stringPattern';
import { and, every, not, Tri } from '../match/tri';
import { isRewrittenHeader } from '../parse/attributes';
import { HttpMatchSpec, StringMatchSpec } from '../parse/specs';
import { matchesClaim } from '../decide/checkClaims';
import { Facts } from '../decide/facts';
import { FORWARDED_PROTO } from './forwardedProto';

/**
 * Whether a request meets one match condition of a VirtualService's HTTP route.
 *
 * @param proto - the `X-Forwarded-Proto` that the proxy goes by; undefined: not known
 */
export function matchesHttp(
  match: HttpMatchSpec | undefined,
  facts: Facts,
  proto: string | undefined,
): Tri {
  if (!match) return true;
  const ignoreCase = match.ignoreUriCase ?? false;
  let result: Tri = and(
    matchesString(match.uri, facts.path, ignoreCase),
    and(
      matchesString(match.method, facts.method),
      matchesString(match.authority, facts.authority ?? ''),
    ),
  );
  // The scheme is what the client's connection was, which a request does not tell.
  if (match.scheme && Object.keys(match.scheme).length > 0) {
    result = and(result, 'unknown');
  }
  result = and(result, matchesHeaders(match, facts, proto));
  return and(
    result,
    every(Object.entries(match.queryParams ?? {}), ([name, wanted]) => {
      const value = findParam(facts.query, name);
      if (value === undefined) return false;
      return asksForPresence(wanted ?? {}) || matchesString(wanted, value);
    }),
  );
}

/** The first value of a parameter as it is written: routes compare it without decoding anything. */
function findParam(query: string, name: string): string | undefined {
  for (const pair of query.split('&')) {
    const [key] = pair.split('=', 1);
    if (key === name) return pair.slice(key.length + 1);
  }
  return undefined;
}

function matchesHeaders(
  match: HttpMatchSpec,
  facts: Facts,
  proto: string | undefined,
): Tri {
  return and(
    every(Object.entries(match.headers ?? {}), ([name, wanted]) =>
      hasHeader(facts, name, wanted ?? {}, proto),
    ),
    every(Object.entries(match.withoutHeaders ?? {}), ([name, wanted]) =>
      not(hasUnwanted(facts, name, wanted ?? {}, proto)),
    ),
  );
}

function hasHeader(
  facts: Facts,
  name: string,
  wanted: StringMatchSpec,
  proto: string | undefined,
): Tri {
  const claim = routingClaimOf(name);
  if (claim) return matchesRoutingClaim(facts, claim, wanted);
  const matches = (value: string) =>
    asksForPresence(wanted) || matchesString(wanted, value);
  const header = name.toLowerCase();
  if (header === FORWARDED_PROTO && proto !== undefined) return matches(proto);
  return isRewrittenHeader(header)
    ? 'unknown'
    : facts.matchHeader(header, matches);
}

/**
 * Whether a header is as a route wants it not to be. Istio has Envoy take one that is missing for an empty one
 * (`treat_missing_header_as_empty`), unless its presence is what is asked for.
 */
function hasUnwanted(
  facts: Facts,
  name: string,
  wanted: StringMatchSpec,
  proto: string | undefined,
): Tri {
  const found = hasHeader(facts, name, wanted, proto);
  if (found === 'unknown') return found;
  if (asksForPresence(wanted) || routingClaimOf(name)) return found;
  const header = name.toLowerCase();
  if (header === FORWARDED_PROTO) return found;
  const ifMissing = matchesString(wanted, '');
  if (facts.header(header) === undefined) return ifMissing;
  return facts.doubtful.includes(header) && found !== ifMissing
    ? 'unknown'
    : found;
}

/** `*` is no regular expression; Istio takes it for presence. */
function asksForPresence(wanted: StringMatchSpec): boolean {
  return (
    Object.keys(wanted).length === 0 ||
    ('regex' in wanted && wanted.regex === '*')
  );
}

/**
 * The claim that a header name of claim-based routing stands for: `@request.auth.claims.a.b` or
 * `@request.auth.claims[a][b]`. Undefined for the name of a header.
 */
export function routingClaimOf(name: string): string[] | undefined {
  const prefix = '@request.auth.claims';
  if (!name.toLowerCase().startsWith(prefix)) return undefined;
  const rest = name.slice(prefix.length);
  if (rest.startsWith('.') && rest.length > 1) return rest.slice(1).split('.');
  return rest.startsWith('[') && rest.endsWith(']') && rest.length > 2
    ? rest.slice(1, -1).split('][')
    : undefined;
}

/** Claim-based routing reads what jwt_authn verified: without a valid token there is no claim. */
function matchesRoutingClaim(
  facts: Facts,
  claim: string[],
  wanted: StringMatchSpec,
): Tri {
  if ('exact' in wanted) {
    const pattern = { kind: 'exact', value: wanted.exact } as const;
    return matchesClaim(facts, claim, pattern);
  }
  if ('prefix' in wanted) {
    const pattern = { kind: 'prefix', value: wanted.prefix } as const;
    return matchesClaim(facts, claim, pattern);
  }
  if ('regex' in wanted) {
    return matchesClaim(facts, claim, regexPattern(wanted.regex));
  }
  return 'unknown';
}

/** An absent or empty condition holds for every value. Envoy minds case in a regular expression all the same. */
function matchesString(
  wanted: StringMatchSpec | undefined,
  value: string,
  ignoreCase = false,
): Tri {
  if (!wanted) return true;
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  if ('exact' in wanted) return fold(value) === fold(wanted.exact);
  if ('prefix' in wanted) return fold(value).startsWith(fold(wanted.prefix));
  if ('regex' in wanted) {
    return matchesPattern(regexPattern(wanted.regex), value);
  }
  return true;
}
