import { RE2JS } from 're2js';
import { compilePathTemplate } from './pathTemplate';

/** As much of RegExp as matching takes. */
interface TextTest {
  test(value: string): boolean;
}

/**
 * The string forms of AuthorizationPolicy, after Istio's translation to Envoy's matchers
 * (pilot/pkg/security/authz/matcher): `*`, `x*`, `*x`, exact, and for paths `{*}` / `{**}`.
 */
export type StringPattern =
  | { kind: 'exact'; value: string }
  | { kind: 'prefix'; value: string }
  | { kind: 'suffix'; value: string }
  /** Any value; `nonEmpty` where Istio writes the regular expression `.+`. */
  | { kind: 'any'; nonEmpty: boolean }
  | { kind: 'regex'; source: string; regex: TextTest }
  | { kind: 'template'; value: string; regex: RegExp };

/** Pattern where `*` alone means a value that is not empty (principals, claims, paths, SNI). */
export function parseStringPattern(text: string): StringPattern {
  if (text === '*') return { kind: 'any', nonEmpty: true };
  if (text.startsWith('*')) return { kind: 'suffix', value: text.slice(1) };
  if (text.endsWith('*')) return { kind: 'prefix', value: text.slice(0, -1) };
  return { kind: 'exact', value: text };
}

/** Pattern where `*` alone means presence (headers, methods, hosts). */
export function parseHeaderPattern(text: string): StringPattern {
  return text === '*'
    ? { kind: 'any', nonEmpty: false }
    : parseStringPattern(text);
}

/** Host patterns ignore case; the request's host must be given in lower case. */
export function parseHostPattern(text: string): StringPattern {
  return parseHeaderPattern(text.toLowerCase());
}

/** Path pattern with Istio's templates. */
export function parsePathPattern(text: string): StringPattern {
  return text.includes('{*}') || text.includes('{**}')
    ? { kind: 'template', value: text, regex: compilePathTemplate(text) }
    : parseStringPattern(text);
}

/**
 * Principal pattern, matched against the URI `spiffe://…`. `*x` is a regular expression.
 *
 * @param quote - makes text of `x` that matches itself alone
 */
export function parsePrincipalPattern(
  text: string,
  quote: (text: string) => string = quoteRegex,
): StringPattern {
  if (text === '*') return { kind: 'any', nonEmpty: true };
  if (text.startsWith('*')) {
    return regexPattern(`spiffe://.*${quote(text.slice(1))}`);
  }
  if (text.endsWith('*')) {
    return { kind: 'prefix', value: `spiffe://${text.slice(0, -1)}` };
  }
  return { kind: 'exact', value: `spiffe://${text}` };
}

/** Text that matches itself in a regular expression. */
export function quoteRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** By source: routes are matched far more often than they change. Emptied when full. */
const compiled = new Map<string, TextTest>();
const MAX_COMPILED = 1000;
const NOTHING: TextTest = { test: () => false };

/**
 * Full-match regular expression, as somebody who may write a route or a policy has it, by the rules of RE2, which
 * Envoy has: it reads a text once, however the pattern is made. One that cannot be compiled matches nothing.
 */
export function regexPattern(source: string): StringPattern {
  let regex = compiled.get(source);
  if (!regex) {
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    regex = compileRegex(source);
    compiled.set(source, regex);
  }
  return { kind: 'regex', source, regex };
}

/** Full-match regular expression that holds nothing of anybody but quoted text, and matches short ones. */
export function ownRegexPattern(source: string): StringPattern {
  return { kind: 'regex', source, regex: new RegExp(`^(?:${source})$`, 'u') };
}

function compileRegex(source: string): TextTest {
  try {
    const regex = RE2JS.compile(source);
    return { test: value => regex.matches(value) };
  } catch {
    return NOTHING;
  }
}

export function matchesPattern(pattern: StringPattern, value: string): boolean {
  switch (pattern.kind) {
    case 'exact':
      return value === pattern.value;
    case 'prefix':
      return value.startsWith(pattern.value);
    case 'suffix':
      return value.endsWith(pattern.value);
    case 'any':
      // Envoy's `.+` does not match over the end of a line.
      return !pattern.nonEmpty || (value !== '' && !value.includes('\n'));
    default:
      return pattern.regex.test(value);
  }
}
