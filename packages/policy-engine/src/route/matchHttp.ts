import { matchesPattern, regexPattern } from '../match/stringPattern';
import { and, every, not, Tri } from '../match/tri';
import { HttpMatchSpec, StringMatchSpec } from '../parse/specs';
import { matchesClaim } from '../decide/checkClaims';
import { Facts } from '../decide/facts';

/** Whether a request meets one match condition of a VirtualService's HTTP route. */
export function matchesHttp(
  match: HttpMatchSpec | undefined,
  facts: Facts,
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
  result = and(result, matchesHeaders(match, facts));
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

function matchesHeaders(match: HttpMatchSpec, facts: Facts): Tri {
  return and(
    every(Object.entries(match.headers ?? {}), ([name, wanted]) =>
      hasHeader(facts, name, wanted ?? {}),
    ),
    every(Object.entries(match.withoutHeaders ?? {}), ([name, wanted]) =>
      not(hasUnwanted(facts, name, wanted ?? {})),
    ),
  );
}

function hasHeader(facts: Facts, name: string, wanted: StringMatchSpec): Tri {
  const claim = routingClaimOf(name);
  return claim
    ? matchesRoutingClaim(facts, claim, wanted)
    : facts.matchHeader(
        name.toLowerCase(),
        value => asksForPresence(wanted) || matchesString(wanted, value),
      );
}

/**
 * Whether a header is as a route wants it not to be. Istio has Envoy take one that is missing for an empty one
 * (`treat_missing_header_as_empty`), unless its presence is what is asked for.
 */
function hasUnwanted(facts: Facts, name: string, wanted: StringMatchSpec): Tri {
  const found = hasHeader(facts, name, wanted);
  if (asksForPresence(wanted) || routingClaimOf(name)) return found;
  const header = name.toLowerCase();
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
