import { meansSame } from './meansSame';

type Fields = Record<string, unknown>;

/**
 * A spec that lets through what either of two lets through, and nothing else; undefined where one
 * object cannot say that, or where it is not of the kind that plans write.
 */
export function uniteSpecs(
  kind: string,
  before: unknown,
  after: unknown,
): Fields | undefined {
  const [one, other] = [fieldsOf(before), fieldsOf(after)];
  if (!haveSameTarget(one, other)) return undefined;
  return kind === 'RequestAuthentication'
    ? uniteAuthentications(one, other)
    : unitePolicies(one, other);
}

function haveSameTarget(one: Fields, other: Fields): boolean {
  return ['selector', 'targetRef', 'targetRefs', 'action'].every(field =>
    meansSame(one[field], other[field]),
  );
}

/** jwt_authn takes a token that any of its rules takes, so that rules stand side by side. */
function uniteAuthentications(one: Fields, other: Fields): Fields {
  const rules = [...listOf(other.jwtRules)];
  for (const rule of listOf(one.jwtRules)) {
    const index = rules.findIndex(known => isSameButAudiences(known, rule));
    if (index < 0) rules.push(rule);
    else rules[index] = uniteAudiences(rules[index], rule);
  }
  return { ...other, jwtRules: rules };
}

function isSameButAudiences(one: Fields, other: Fields): boolean {
  const { audiences: _, ...rest } = one;
  const { audiences: __, ...otherRest } = other;
  return meansSame(rest, otherRest);
}

function uniteAudiences(one: Fields, other: Fields): Fields {
  const { audiences: _, ...rest } = one;
  const lists = [textsOf(one.audiences), textsOf(other.audiences)];
  // None: any audience.
  return lists.some(list => list.length === 0)
    ? rest
    : { ...one, audiences: [...new Set(lists.flat())] };
}

function unitePolicies(one: Fields, other: Fields): Fields | undefined {
  if (!Array.isArray(one.rules) || !Array.isArray(other.rules)) {
    return undefined;
  }
  const action = other.action ?? 'ALLOW';
  const [before, after] = [listOf(one.rules), listOf(other.rules)];
  if (action === 'ALLOW') {
    return { ...other, rules: withoutDoubles([...after, ...before]) };
  }
  return action === 'DENY' ? uniteDenials(other, before, after) : undefined;
}

/** What both refuse: a rule for each pair, with the conditions of both. */
function uniteDenials(
  spec: Fields,
  before: Fields[],
  after: Fields[],
): Fields | undefined {
  const rules: Fields[] = [];
  for (const later of after) {
    for (const earlier of before) {
      const both = joinDenials(later, earlier);
      if (both === undefined) return undefined;
      if (both !== 'nothing') rules.push(both);
    }
  }
  return rules.length > 0
    ? { ...spec, rules: withoutDoubles(rules) }
    : undefined;
}

/** @returns `nothing` where no request meets both, undefined where one rule cannot say it */
function joinDenials(
  one: Fields,
  other: Fields,
): Fields | 'nothing' | undefined {
  const parts = [readDenial(one), readDenial(other)];
  const [first, second] = parts;
  if (!first || !second) return undefined;
  const to = joinOperations(first.operation, second.operation);
  if (to === undefined || to === 'nothing') return to;
  const principals = unique([...first.principals, ...second.principals]);
  const when = withoutDoubles([...first.when, ...second.when]);
  return {
    ...(principals.length > 0
      ? { from: [{ source: { notRequestPrincipals: principals } }] }
      : {}),
    ...(Object.keys(to).length > 0 ? { to: [{ operation: to }] } : {}),
    ...(when.length > 0 ? { when } : {}),
  };
}

interface Denial {
  principals: string[];
  operation: Fields;
  when: Fields[];
}

const OPERATION_FIELDS = new Set([
  'hosts',
  'ports',
  'methods',
  'notMethods',
  'notPaths',
]);

/** A rule of the kind that plans write; undefined for any other. */
function readDenial(rule: Fields): Denial | undefined {
  const { from, to, when, ...rest } = rule;
  const sources = listOf(from).map(item => fieldsOf(item.source));
  const operations = listOf(to).map(item => fieldsOf(item.operation));
  const [source = {}, operation = {}] = [sources[0], operations[0]];
  const isKnown =
    Object.keys(rest).length === 0 &&
    sources.length <= 1 &&
    operations.length <= 1 &&
    Object.keys(source).every(key => key === 'notRequestPrincipals') &&
    Object.keys(operation).every(key => OPERATION_FIELDS.has(key));
  return isKnown
    ? {
        principals: textsOf(source.notRequestPrincipals),
        operation,
        when: listOf(when),
      }
    : undefined;
}

function joinOperations(
  one: Fields,
  other: Fields,
): Fields | 'nothing' | undefined {
  const joined: Fields = {};
  for (const field of ['hosts', 'ports']) {
    const value = one[field] ?? other[field];
    const isOne = [one, other].every(
      each => each[field] === undefined || meansSame(each[field], value),
    );
    if (!isOne) return undefined;
    if (value !== undefined) joined[field] = value;
  }
  for (const field of ['notPaths', 'notMethods']) {
    const texts = unique([...textsOf(one[field]), ...textsOf(other[field])]);
    if (texts.length > 0) joined[field] = texts;
  }
  const lists = [one.methods, other.methods].filter(Array.isArray);
  if (lists.length === 0) return joined;
  const [methods] = lists.map(textsOf);
  const left = methods.filter(
    method =>
      lists.every(list => list.includes(method)) &&
      !textsOf(joined.notMethods).includes(method),
  );
  const { notMethods: _, ...rest } = joined;
  return left.length > 0 ? { ...rest, methods: left } : 'nothing';
}

function withoutDoubles<T>(items: readonly T[]): T[] {
  return items.filter(
    (item, index) => items.findIndex(known => meansSame(known, item)) === index,
  );
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function fieldsOf(value: unknown): Fields {
  return value !== null && typeof value === 'object' ? (value as Fields) : {};
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
