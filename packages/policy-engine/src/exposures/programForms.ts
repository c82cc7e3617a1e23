import {
  Clause,
  CompiledRule,
  JwtProvider,
  Matcher,
  Program,
  RuleSet,
} from '../compile/program';

/** Forms kept; a mesh of ten thousand Services has some dozens. */
const MAX_FORMS = 20_000;

/** Numbers for equal texts. A number is never given twice, also not after texts were forgotten. */
class Numbering {
  private readonly numbers = new Map<string, number>();
  private next = 1;

  of(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      if (this.numbers.size >= MAX_FORMS) this.numbers.clear();
      number = this.next++;
      this.numbers.set(text, number);
    }
    return number;
  }
}

const numbering = new Numbering();

/** No number: names could matter. */
const NO_FORM = 0;

interface ProgramForms {
  http?: number;
  tcp?: number;
}

const programForms = new WeakMap<Program, ProgramForms>();

/** A number for everything that one chain of a program does; undefined where names could matter. */
export function formOfProgram(
  program: Program,
  chain: 'http' | 'tcp',
): number | undefined {
  let forms = programForms.get(program);
  if (!forms) programForms.set(program, (forms = {}));
  forms[chain] ??= numberOfProgram(program, chain);
  return forms[chain] === NO_FORM ? undefined : forms[chain];
}

/** Of a program whose policies are about this host: its name is left out of what they compare. */
export function formOfNamingProgram(
  program: Program,
  chain: 'http' | 'tcp',
  host: string,
): number | undefined {
  // A pattern that ends in digits is read as one that may name a port.
  if (/\d$/.test(host)) return undefined;
  const form = numberOfProgram(program, chain, host);
  return form === NO_FORM ? undefined : form;
}

function numberOfProgram(
  program: Program,
  chain: 'http' | 'tcp',
  host?: string,
): number {
  const { providers, malformedProviders, opaque, settings } = program;
  if (opaque.length > 0 || malformedProviders.length > 0) return NO_FORM;
  const { custom, deny, allow } = program[chain];
  if (custom.present !== false) return NO_FORM;
  const sets = [deny, allow].map(set => formOfRules(set, host));
  if (sets.includes(undefined)) return NO_FORM;
  return numbering.of(
    JSON.stringify([
      settings.pathNormalization,
      settings.clientAddress,
      providers.map(formOfProvider),
      sets,
    ]),
  );
}

function formOfRules(
  set: RuleSet,
  host: string | undefined,
): unknown[] | undefined {
  // Such rules are looked at for some hosts only.
  if (set.byHost.size > 0) return undefined;
  const rules = set.general.map(rule => {
    const form = formOfRule(rule);
    return form === NO_FORM && host !== undefined
      ? numberOfRule(rule, host)
      : form;
  });
  return rules.includes(NO_FORM) ? undefined : [set.present, rules];
}

const ruleForms = new WeakMap<CompiledRule, number>();

function formOfRule(rule: CompiledRule): number {
  let form = ruleForms.get(rule);
  if (form === undefined) ruleForms.set(rule, (form = numberOfRule(rule)));
  return form;
}

function numberOfRule(
  { principals, permissions, malformed, external }: CompiledRule,
  host?: string,
): number {
  if (malformed !== undefined || external) return NO_FORM;
  const sides = [principals, permissions].map(clauses => {
    const form = formOfClauses(clauses);
    return form === NO_FORM && host !== undefined
      ? numberOfClauses(clauses, host)
      : form;
  });
  return sides.includes(NO_FORM)
    ? NO_FORM
    : numbering.of(`rule ${sides.join(' ')}`);
}

const clauseForms = new WeakMap<readonly Clause[], number>();

function formOfClauses(clauses: readonly Clause[]): number {
  let form = clauseForms.get(clauses);
  if (form === undefined) {
    clauseForms.set(clauses, (form = numberOfClauses(clauses)));
  }
  return form;
}

/** @param host - what may be compared with, and is left out */
function numberOfClauses(clauses: readonly Clause[], host?: string): number {
  const described = [];
  for (const clause of clauses) {
    for (const { negated, matchers } of clause) {
      described.push(negated);
      for (const matcher of matchers) {
        const form = describeMatcher(matcher, host);
        if (form === undefined) return NO_FORM;
        described.push(form);
      }
    }
    described.push('end');
  }
  return numbering.of(`clauses ${JSON.stringify(described)}`);
}

/** Undefined where names could matter. */
function describeMatcher(matcher: Matcher, host: string | undefined): unknown {
  if (matcher.on === 'sni') return undefined;
  // The text says which range; the range itself cannot be written as JSON.
  if ('range' in matcher) return [matcher.on, matcher.text];
  if (matcher.on !== 'host') return matcher;
  const { pattern } = matcher;
  if (host === undefined) return undefined;
  if (pattern.kind !== 'exact' && pattern.kind !== 'prefix') return undefined;
  const isOwn =
    (pattern.kind === 'exact' && pattern.value === host) ||
    pattern.value.startsWith(`${host}:`);
  return isOwn
    ? ['own host', pattern.kind, pattern.value.slice(host.length)]
    : undefined;
}

const providerForms = new WeakMap<JwtProvider['writing'], number>();

function formOfProvider(provider: JwtProvider): number {
  const { writing } = provider;
  let form = providerForms.get(writing);
  if (form === undefined) {
    const {
      policy: _policy,
      index: _index,
      allowedAudiences: _audiences,
      writing: _writing,
      ...rest
    } = provider;
    form = numbering.of(`provider ${JSON.stringify(rest)}`);
    providerForms.set(writing, form);
  }
  return form;
}
