/** Between what two lists begin and end with alike: what one has there, and what the other. */
export interface ListDifference<T> {
  start: number;
  removed: readonly T[];
  added: readonly T[];
}

/** Compares two lists item by item from both ends; what was moved counts as removed and added. */
export function diffLists<T>(
  before: readonly T[],
  after: readonly T[],
): ListDifference<T> {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let tail = 0;
  while (
    tail < shorter - start &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail += 1;
  }
  return {
    start,
    removed: before.slice(start, before.length - tail),
    added: after.slice(start, after.length - tail),
  };
}
