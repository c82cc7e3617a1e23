/** Deeper than any object of Kubernetes. */
const MAX_DEPTH = 64;

/**
 * A value without the fields that are null, as an API server keeps it: `selector:` with nothing behind it says as
 * much as no selector. The same value where there are none. Elements of lists stay, for null is none that is allowed.
 */
export function withoutNulls<T>(value: T, depth = 0): T {
  if (value === null || typeof value !== 'object' || depth > MAX_DEPTH) {
    return value;
  }
  if (Array.isArray(value)) {
    let changed: unknown[] | undefined;
    for (let index = 0; index < value.length; index++) {
      const item = withoutNulls(value[index], depth + 1);
      if (item === value[index]) continue;
      changed ??= [...value];
      changed[index] = item;
    }
    return (changed ?? value) as T;
  }
  const fields = value as Record<string, unknown>;
  let changed: Record<string, unknown> | undefined;
  for (const key of Object.keys(fields)) {
    const item = withoutNulls(fields[key], depth + 1);
    if (item === fields[key] && item !== null) continue;
    changed ??= { ...fields };
    if (item === null) delete changed[key];
    else changed[key] = item;
  }
  return (changed ?? value) as T;
}
