import { useCallback, useEffect, useRef, useState } from 'react';
import { describeFailure } from '../api/describeFailure';

/** What is known of something that is asked of the backend. */
export type Loaded<T> =
  | { kind: 'loading' }
  | { kind: 'denied'; message: string }
  | { kind: 'failed'; error: Error }
  | {
      kind: 'ready';
      value: T;
      /** Something newer is on its way; with another question, `value` still answers the one before. */
      isRefreshing: boolean;
      /** Why `value` could not be renewed. */
      refreshFailure?: string;
    };

/**
 * Asks again when `key` (another question) or `version` (the same question, a newer answer) changes.
 * The last answer stays in view meanwhile.
 */
export function useLoaded<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  version: number = 0,
): { view: Loaded<T>; reload: () => void } {
  const [attempt, setAttempt] = useState(0);
  const [view, setView] = useState<Loaded<T>>({ kind: 'loading' });
  const latestLoad = useRef(load);
  latestLoad.current = load;
  const shownKey = useRef<string>();

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    setView(current =>
      current.kind === 'ready'
        ? { ...current, isRefreshing: true }
        : { kind: 'loading' },
    );
    latestLoad.current(signal).then(
      value => {
        if (!signal.aborted) {
          shownKey.current = key;
          setView({ kind: 'ready', value, isRefreshing: false });
        }
      },
      error => {
        if (!signal.aborted) {
          const isSameQuestion = shownKey.current === key;
          setView(current => fail(current, isSameQuestion, error));
        }
      },
    );
    return () => controller.abort();
  }, [key, version, attempt]);

  const reload = useCallback(() => setAttempt(count => count + 1), []);
  return { view, reload };
}

function fail<T>(
  current: Loaded<T>,
  isSameQuestion: boolean,
  error: unknown,
): Loaded<T> {
  const failure = describeFailure(error);
  if (failure.kind === 'denied') {
    return failure;
  }
  if (current.kind === 'ready' && isSameQuestion) {
    return {
      ...current,
      isRefreshing: false,
      refreshFailure: failure.message,
    };
  }
  return {
    kind: 'failed',
    error: error instanceof Error ? error : new Error(failure.message),
  };
}
