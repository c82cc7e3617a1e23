import { useCallback, useState } from 'react';

/*
 * What somebody has typed and planned outlives the view, so that looking something up elsewhere and
 * coming back loses nothing. It is in memory alone: a reload forgets it.
 */
const kept = new Map<string, unknown>();
const MAX_KEPT = 40;

/** As `useState`, remembered under a key while the page is open. */
export function useKept<T>(
  key: string,
  initial: T,
): [T, (value: T | ((current: T) => T)) => void] {
  const [, setTurn] = useState(0);
  const value = kept.has(key) ? (kept.get(key) as T) : initial;
  const setValue = useCallback(
    (next: T | ((current: T) => T)) => {
      const current = kept.has(key) ? (kept.get(key) as T) : initial;
      const changed =
        typeof next === 'function'
          ? (next as (current: T) => T)(current)
          : next;
      kept.delete(key);
      kept.set(key, changed);
      if (kept.size > MAX_KEPT) {
        kept.delete(kept.keys().next().value as string);
      }
      setTurn(turn => turn + 1);
    },
    // An initial value that is made anew each time is the same one.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [key],
  );
  return [value, setValue];
}

/** For tests, which share the page. */
export function forgetKept(): void {
  kept.clear();
}
