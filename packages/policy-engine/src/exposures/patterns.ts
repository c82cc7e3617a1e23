import { StringPattern } from '../match/stringPattern';
import { parseStringPattern, regexPattern } from '../match/stringPattern';
import { HttpMatchSpec, StringMatchSpec } from '../parse/specs';
import { Matcher, Program, RuleSet } from '../compile/program';
import { allRules } from '../compile/ruleSet';
import { routingClaimOf } from '../route/matchHttp';
import { pushAllTo, pushTo } from '../multimap';
import { RouteCandidate } from '../route/candidates';

/** Every pattern that policies and routes on a way in compare with, by what they compare. */
export interface Patterns {
  method: StringPattern[];
  /** In lower case: policies ignore the case of hosts. */
  host: StringPattern[];
  /** What routes compare with the host, minding its case. */
  authority: StringPattern[];
  path: StringPattern[];
  sni: StringPattern[];
  headers: Map<string, StringPattern[]>;
  /** The same by what is asked at once: see `repeatedValues`. */
  headerChecks: Map<string, HeaderCheck[]>;
  params: Map<string, StringPattern[]>;
  callers: Extract<
    Matcher,
    { on: 'principal' | 'namespace' | 'service-account' | 'trust-domain' }
  >[];
  sourceIp: Extract<Matcher, { on: 'source-ip' }>[];
  remoteIp: Extract<Matcher, { on: 'remote-ip' }>[];
  /** Checks on verified claims, with whether they are negated. */
  identity: { matcher: Matcher; negated: boolean; inDeny: boolean }[];
  /** Claims that single routes ask for. */
  routeClaims: Matcher[][];
  /** A route rewrites paths, so that a later proxy compares something else. */
  rewrites: { from: string; to: string }[];
  /** A route compares with a regular expression, of which only examples can be tried. */
  usesRegex: boolean;
}

/** Patterns of which a header must meet one, or none. */
export interface HeaderCheck {
  patterns: readonly StringPattern[];
  /** Asked by a route that wants to be met, and by nothing else. */
  isWantedByRoute: boolean;
}

export function emptyPatterns(): Patterns {
  return {
    method: [],
    host: [],
    authority: [],
    path: [],
    sni: [],
    headers: new Map(),
    headerChecks: new Map(),
    params: new Map(),
    callers: [],
    sourceIp: [],
    remoteIp: [],
    identity: [],
    routeClaims: [],
    rewrites: [],
    usesRegex: false,
  };
}

/** Adds the patterns of the enforced rules of a proxy. */
export function addProgram(
  patterns: Patterns,
  program: Program,
  chain: 'http' | 'tcp',
): void {
  const { custom, deny, allow } = program[chain];
  for (const set of [custom, deny, allow])
    addRules(patterns, set, set === deny);
}

/**
 * The same of the proxy behind a gateway for HTTP, which appends the address of whoever calls it to
 * `X-Forwarded-For`: that is the client's address there.
 */
export function addProgramBehind(patterns: Patterns, program: Program): void {
  const found = { ...patterns, sourceIp: [], remoteIp: [] };
  addProgram(found, program, 'http');
  patterns.sourceIp.push(
    ...found.remoteIp.map(({ text, range }: Patterns['remoteIp'][number]) => ({
      on: 'source-ip' as const,
      text,
      range,
    })),
  );
}

function addRules(patterns: Patterns, set: RuleSet, inDeny: boolean): void {
  for (const rule of allRules(set)) {
    for (const clause of [...rule.principals, ...rule.permissions]) {
      for (const { matchers, negated } of clause) {
        for (const matcher of matchers)
          addMatcher(patterns, matcher, negated, inDeny);
        addHeaderCheck(patterns, matchers);
      }
    }
  }
}

/** All matchers of a check are of one header, or of none. */
function addHeaderCheck(
  { headerChecks }: Patterns,
  matchers: readonly Matcher[],
): void {
  const [first] = matchers;
  if (first?.on !== 'header') return;
  const patterns = matchers.flatMap(matcher =>
    matcher.on === 'header' ? [matcher.pattern] : [],
  );
  pushTo(headerChecks, first.name, { patterns, isWantedByRoute: false });
}

function addMatcher(
  patterns: Patterns,
  matcher: Matcher,
  negated: boolean,
  inDeny: boolean,
): void {
  switch (matcher.on) {
    case 'method':
    case 'host':
    case 'path':
    case 'sni':
      patterns[matcher.on].push(matcher.pattern);
      break;
    case 'header':
      pushTo(patterns.headers, matcher.name, matcher.pattern);
      break;
    case 'principal':
    case 'namespace':
    case 'service-account':
    case 'trust-domain':
      patterns.callers.push(matcher);
      break;
    case 'source-ip':
      patterns.sourceIp.push(matcher);
      break;
    case 'remote-ip':
      patterns.remoteIp.push(matcher);
      break;
    case 'request-principal':
    case 'claim':
      patterns.identity.push({ matcher, negated, inDeny });
      break;
    default:
  }
}

/** Adds the conditions of routes. */
export function addRoutes(
  patterns: Patterns,
  candidates: readonly RouteCandidate[],
): void {
  for (const { match, route } of candidates) {
    const uri = match?.uri;
    const to = route.rewrite?.uri;
    if (to !== undefined) {
      const from = uri && 'prefix' in uri ? uri.prefix : '/';
      patterns.rewrites.push({ from, to });
    }
    if (match) addMatch(patterns, match);
  }
}

function addMatch(patterns: Patterns, match: HttpMatchSpec): void {
  patterns.path.push(...toPatterns(match.uri));
  patterns.method.push(...toPatterns(match.method));
  patterns.authority.push(...toPatterns(match.authority));
  const headers = [
    ...Object.entries(match.headers ?? {}),
    ...Object.entries(match.withoutHeaders ?? {}),
  ];
  const positive = Object.keys(match.headers ?? {}).length;
  const conditions = [
    match.uri,
    match.method,
    match.authority,
    ...headers.map(([, condition]) => condition),
    ...Object.values(match.queryParams ?? {}),
  ];
  patterns.usesRegex ||=
    (match.ignoreUriCase === true && match.uri !== undefined) ||
    conditions.some(condition => condition && 'regex' in condition);
  const claims = claimsOf(match.headers);
  if (claims.length > 0) patterns.routeClaims.push(claims);
  headers.forEach(([name, condition], index) => {
    if (routingClaimOf(name)) return;
    const found = toPatterns(condition, true);
    pushAllTo(patterns.headers, name.toLowerCase(), found);
    pushTo(patterns.headerChecks, name.toLowerCase(), {
      patterns: found,
      isWantedByRoute: index < positive,
    });
  });
  for (const [name, wanted] of Object.entries(match.queryParams ?? {})) {
    pushAllTo(patterns.params, name, toPatterns(wanted, true));
  }
}

/** What a route asks of verified claims. */
function claimsOf(headers: HttpMatchSpec['headers']): Matcher[] {
  return Object.entries(headers ?? {}).flatMap(([name, wanted]): Matcher[] => {
    const claim = routingClaimOf(name);
    const [pattern] = claim ? toPatterns(wanted, true) : [];
    return claim && pattern
      ? [{ on: 'claim', text: name, claim, pattern }]
      : [];
  });
}

/** An empty condition on a header or parameter asks for its presence. */
function toPatterns(
  wanted: StringMatchSpec | undefined,
  presence = false,
): StringPattern[] {
  if (!wanted || Object.keys(wanted).length === 0) {
    return presence ? [{ kind: 'any', nonEmpty: false }] : [];
  }
  if ('exact' in wanted) return [{ kind: 'exact', value: wanted.exact }];
  if ('prefix' in wanted) return [{ kind: 'prefix', value: wanted.prefix }];
  if ('regex' in wanted) return [regexPattern(wanted.regex)];
  return [parseStringPattern('*')];
}
