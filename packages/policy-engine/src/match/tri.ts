/**
 * Kleene's three-valued logic. `unknown` is what a check answers when the request or the
 * configuration does not say; it stays `unknown` only where it could change the result.
 */
export type Tri = boolean | 'unknown';

export function not(value: Tri): Tri {
  return value === 'unknown' ? 'unknown' : !value;
}

export function and(a: Tri, b: Tri): Tri {
  if (a === false || b === false) return false;
  return a === true && b === true ? true : 'unknown';
}

export function or(a: Tri, b: Tri): Tri {
  if (a === true || b === true) return true;
  return a === false && b === false ? false : 'unknown';
}

/** OR over `items`; false for none. */
export function some<T>(items: readonly T[], test: (item: T) => Tri): Tri {
  let result: Tri = false;
  for (const item of items) {
    result = or(result, test(item));
    if (result === true) return true;
  }
  return result;
}

/** AND over `items`; true for none. */
export function every<T>(items: readonly T[], test: (item: T) => Tri): Tri {
  let result: Tri = true;
  for (const item of items) {
    result = and(result, test(item));
    if (result === false) return false;
  }
  return result;
}
