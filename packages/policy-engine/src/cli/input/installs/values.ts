import { isObject } from '../../../parse/reader';

/** Values of a Helm chart, or any other object that a person wrote. */
export type Values = Readonly<Record<string, unknown>>;

const NOTHING: Values = {};

/** The value as an object; an empty one where it is none. */
export function asValues(value: unknown): Values {
  return isObject(value) ? value : NOTHING;
}

/** The objects of a list; none where it is no list. */
export function asList(value: unknown): readonly Values[] {
  return Array.isArray(value) ? value.map(asValues) : [];
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(values: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((at, key) => {
    const fields = asValues(at);
    return Object.hasOwn(fields, key) ? fields[key] : undefined;
  }, values);
}

export function valuesAt(values: unknown, ...path: string[]): Values {
  return asValues(valueAt(values, ...path));
}

/** A text, or a number as text; undefined where there is none, or an empty one. */
export function textAt(values: unknown, ...path: string[]): string | undefined {
  const value = valueAt(values, ...path);
  return (typeof value === 'string' && value !== '') ||
    typeof value === 'number'
    ? String(value)
    : undefined;
}

/** Values with others put over them, objects field by field (Helm's `mergeOverwrite`). */
export function mergeValues(base: Values, over: Values): Values {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const before = merged.get(key);
    merged.set(
      key,
      isObject(before) && isObject(value) ? mergeValues(before, value) : value,
    );
  }
  return Object.fromEntries(merged);
}
