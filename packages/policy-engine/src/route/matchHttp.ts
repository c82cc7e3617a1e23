import { matchesPattern, regexPattern } from '../match/stringPattern';
import { and, every, not, Tri } from '../match/tri';
import { HttpMatchSpec, StringMatchSpec } from '../parse/specs';
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
      matchesString(match.authority, facts.host ?? ''),
    ),
  );
  // The scheme is what the client's connection was, which a request does not tell.
  if (match.scheme && Object.keys(match.scheme).length > 0) {
    result = and(result, 'unknown');
  }
  result = and(result, matchesHeaders(match, facts));
  const params = new URLSearchParams(facts.query);
  return and(
    result,
    every(Object.entries(match.queryParams ?? {}), ([name, wanted]) => {
      const value = params.get(name);
      return value !== null && matchesString(wanted, value);
    }),
  );
}

function matchesHeaders(match: HttpMatchSpec, facts: Facts): Tri {
  const has = (name: string, wanted: StringMatchSpec): Tri => {
    // Claim-based routing reads what jwt_authn verified.
    if (name.startsWith('@request.auth.claims')) return 'unknown';
    const value = facts.headers.get(name.toLowerCase());
    return value !== undefined && matchesString(wanted, value);
  };
  return and(
    every(Object.entries(match.headers ?? {}), ([name, wanted]) =>
      has(name, wanted ?? {}),
    ),
    every(Object.entries(match.withoutHeaders ?? {}), ([name, wanted]) =>
      not(has(name, wanted ?? {})),
    ),
  );
}

/** An absent or empty condition holds for every value. */
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
    const pattern = regexPattern(fold(wanted.regex));
    return matchesPattern(pattern, fold(value));
  }
  return true;
}
