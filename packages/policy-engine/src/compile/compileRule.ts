import { ConditionSpec, RuleSpec } from '../parse/specs';
import {
  conditionField,
  Context,
  Field,
  OPERATION_FIELDS,
  SOURCE_FIELDS,
} from './matchers';
import { Check, Clause } from './program';

export interface Clauses {
  principals: readonly Clause[];
  permissions: readonly Clause[];
}

/** Kinds of rules kept: those of a large mesh repeat each other. */
const MAX_KNOWN = 5000;

const knownClauses = new WeakMap<readonly string[], Map<string, Clauses>>();

/**
 * Translates a rule's from, to and when. The rule must have passed validation. Conditions of `when`
 * stand on the principals' side, also those that Envoy checks on the permissions' side: the two are
 * AND'ed. Rules that are written alike get the same clauses.
 */
export function compileClauses(rule: RuleSpec, context: Context): Clauses {
  let known = knownClauses.get(context.trustDomains);
  if (!known) knownClauses.set(context.trustDomains, (known = new Map()));
  const text = JSON.stringify(rule);
  // The namespace completes the names of service accounts.
  const key = /[sS]erviceAccount/.test(text)
    ? `${context.namespace} ${text}`
    : text;
  let clauses = known.get(key);
  if (!clauses) {
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, (clauses = compileAnew(rule, context)));
  }
  return clauses;
}

function compileAnew(rule: RuleSpec, context: Context): Clauses {
  const conditions = (rule.when ?? []).flatMap((condition, index) =>
    compileCondition(condition, `when[${index}]`, context),
  );
  const principals = (rule.from ?? []).map(({ source }, index) => [
    ...compileFields(SOURCE_FIELDS, source, `from[${index}].source`, context),
    ...conditions,
  ]);
  const permissions = (rule.to ?? []).map(({ operation }, index) =>
    compileFields(
      OPERATION_FIELDS,
      operation,
      `to[${index}].operation`,
      context,
    ),
  );
  return {
    principals: principals.length > 0 ? principals : [conditions],
    permissions: permissions.length > 0 ? permissions : [[]],
  };
}

function compileFields(
  fields: Record<string, Field>,
  object: object | undefined,
  path: string,
  context: Context,
): Check[] {
  const values = (object ?? {}) as Record<string, string[] | undefined>;
  return Object.entries(fields).flatMap(([name, field]) => {
    const negated = `not${name[0].toUpperCase()}${name.slice(1)}`;
    return [
      ...toCheck(values[name], `${path}.${name}`, false, field, context),
      ...toCheck(values[negated], `${path}.${negated}`, true, field, context),
    ];
  });
}

function compileCondition(
  { key, values, notValues }: ConditionSpec,
  path: string,
  context: Context,
): Check[] {
  const field = conditionField(key);
  const at = `${path} (${key})`;
  return [
    ...toCheck(values, at, false, field, context),
    ...toCheck(notValues, at, true, field, context),
  ];
}

function toCheck(
  values: string[] | undefined,
  path: string,
  negated: boolean,
  { toMatchers, httpOnly }: Field,
  context: Context,
): Check[] {
  if (!values || values.length === 0) return [];
  const matchers = values.flatMap(text => toMatchers(text, context));
  return [{ field: path, negated, httpOnly, matchers }];
}
