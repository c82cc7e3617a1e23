import { matchesPattern, StringPattern } from '../match/stringPattern';
import { RequestToken } from '../model';
import { Clause, JwtProvider, Matcher, Program } from '../compile/program';
import { allRules } from '../compile/ruleSet';
import { isObject } from '../parse/reader';

/** Tokens tried per way in. */
const MAX_TOKENS = 200;

type ClaimSet = Record<string, unknown>;

/**
 * Valid tokens worth trying: for each attached issuer and audience a plain one, and ones with the
 * claims that policies and routes ask for.
 *
 * @param routeClaims - claims that single routes ask for
 */
export function validTokens(
  programs: readonly Program[],
  chains: readonly ('http' | 'tcp')[],
  routeClaims: readonly Matcher[][] = [],
): RequestToken[] {
  const providers = programs.flatMap(({ providers: found }) => found);
  const demands = [
    ...programs.flatMap((program, i) => demandsOf(program, chains[i])),
    ...routeClaims.map(claims => ({
      clause: claims.map(matcher => [matcher]),
      inDeny: false,
    })),
  ];
  const tokens = new Map<string, RequestToken>();
  for (const provider of providers) {
    const audiences =
      provider.audiences.length > 0 ? provider.audiences : [undefined];
    for (const audience of audiences) {
      for (const claims of claimSets(provider, demands)) {
        const token = toToken(provider, {
          ...claims,
          ...(audience === undefined
            ? {}
            : { aud: mergeAudience(claims.aud, audience) }),
        });
        tokens.set(JSON.stringify(token), token);
        if (tokens.size >= MAX_TOKENS) return [...tokens.values()];
      }
    }
  }
  return [...tokens.values()];
}

function mergeAudience(asked: unknown, audience: string): unknown {
  return asked === undefined || asked === audience
    ? audience
    : [audience, asked];
}

/** Claim checks of one clause that a token can meet. */
interface Demand {
  clause: Matcher[][];
  inDeny: boolean;
}

function demandsOf(program: Program, chain: 'http' | 'tcp'): Demand[] {
  const demand = (clause: Clause, inDeny: boolean): Demand[] => {
    // A DENY rule is escaped by meeting what it negates; an ALLOW rule by meeting what it asks.
    const wanted = clause.filter(
      ({ negated, matchers }) =>
        negated === inDeny &&
        /^(request-principal|claim)$/.test(matchers[0].on),
    );
    return wanted.length > 0
      ? [{ clause: wanted.map(({ matchers }) => [...matchers]), inDeny }]
      : [];
  };
  const { allow, deny } = program[chain];
  return [
    ...allRules(allow).flatMap(rule =>
      rule.principals.flatMap(clause => demand(clause, false)),
    ),
    ...allRules(deny).flatMap(rule =>
      rule.principals.flatMap(clause => demand(clause, true)),
    ),
  ];
}

function claimSets(provider: JwtProvider, demands: Demand[]): ClaimSet[] {
  const base: ClaimSet = {
    iss: provider.issuer || 'any-issuer',
    sub: 'some-subject',
  };
  const denied = demands
    .filter(({ inDeny }) => inDeny)
    .reduce((claims, { clause }) => meet(claims, clause, 0), base);
  const sets: ClaimSet[] = [base, denied];
  const allowed = demands.filter(({ inDeny }) => !inDeny).slice(0, 40);
  for (const { clause } of allowed) {
    const widest = Math.min(
      5,
      Math.max(...clause.map(matchers => matchers.length)),
    );
    for (let choice = 0; choice < widest; choice++) {
      sets.push(meet(base, clause, choice), meet(denied, clause, choice));
      // A later proxy may ask for more.
      for (const other of allowed.slice(0, 8)) {
        sets.push(meet(meet(denied, other.clause, 0), clause, choice));
      }
    }
  }
  return sets;
}

/** Adds what one alternative of each check asks for. */
function meet(claims: ClaimSet, clause: Matcher[][], choice: number): ClaimSet {
  return clause.reduce((result, matchers) => {
    const fitting = matchers.filter(matcher => fitsIssuer(matcher, result));
    const usable = fitting.length > 0 ? fitting : matchers;
    return meetMatcher(result, usable[choice % usable.length]);
  }, claims);
}

function fitsIssuer(matcher: Matcher, claims: ClaimSet): boolean {
  if (matcher.on !== 'request-principal') return true;
  return matchesPattern(matcher.issuer, textOf(claims.iss));
}

function meetMatcher(claims: ClaimSet, matcher: Matcher): ClaimSet {
  if (matcher.on === 'request-principal') {
    return { ...claims, sub: exampleOf(matcher.subject, textOf(claims.sub)) };
  }
  if (matcher.on !== 'claim') return claims;
  return setClaim(claims, matcher.claim, current =>
    exampleOf(
      matcher.pattern,
      typeof current === 'string' ? current : 'some-value',
    ),
  );
}

/** Empty where a policy asks for a claim inside of it, which makes an object of it. */
function textOf(claim: unknown): string {
  return typeof claim === 'string' ? claim : '';
}

/** Adds a value to a claim; a second one makes it a list. */
function setClaim(
  claims: ClaimSet,
  [name, ...rest]: readonly string[],
  value: (current: unknown) => string,
): ClaimSet {
  const current = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (rest.length > 0) {
    const inner = isObject(current) ? current : {};
    return { ...claims, [name]: setClaim(inner, rest, value) };
  }
  const wanted = value(current);
  if (current === undefined || name === 'sub' || name === 'iss') {
    return { ...claims, [name]: wanted };
  }
  const list = Array.isArray(current) ? current : [current];
  return {
    ...claims,
    [name]: list.includes(wanted) ? current : [...list, wanted],
  };
}

/** A value that meets the pattern: `preferred` where it does. */
function exampleOf(pattern: StringPattern, preferred: string): string {
  switch (pattern.kind) {
    case 'exact':
      return pattern.value;
    case 'prefix':
      return preferred.startsWith(pattern.value)
        ? preferred
        : `${pattern.value}x`;
    case 'suffix':
      return preferred.endsWith(pattern.value)
        ? preferred
        : `x${pattern.value}`;
    default:
      return preferred;
  }
}

function toToken(provider: JwtProvider, claims: ClaimSet): RequestToken {
  const [header] = provider.headers;
  if (header) {
    return {
      in: 'header',
      name: header.name,
      prefix: header.prefix,
      validity: 'valid',
      claims,
    };
  }
  const [param] = provider.params;
  return param
    ? { in: 'query', name: param, validity: 'valid', claims }
    : { in: 'cookie', name: provider.cookies[0], validity: 'valid', claims };
}
