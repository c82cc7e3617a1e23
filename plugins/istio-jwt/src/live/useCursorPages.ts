import { useCallback, useState } from 'react';
import { Loaded, useLoaded } from './useLoaded';

export interface Paging {
  pageSize: number;
  /** Number of elements before the page in view. */
  offset: number;
  hasPrevious: boolean;
  hasNext: boolean;
  toPrevious: () => void;
  toNext: () => void;
  setPageSize: (size: number) => void;
}

/** At most 200: what the backend gives at once, and what a browser likes to have on a page. */
export const PAGE_SIZES = [25, 50, 100, 200];

/**
 * One page at a time of a list with cursors. Another `key` (question) starts at the first page again.
 * `reload` does too, since a cursor that the backend no longer understands would fail for ever.
 */
export function useCursorPages<P extends { nextCursor?: string }>(
  key: string,
  load: (page: {
    limit: number;
    cursor?: string;
    signal: AbortSignal;
  }) => Promise<P>,
  version: number,
): { view: Loaded<P>; reload: () => void; paging: Paging } {
  const [pageSize, setSize] = useState(50);
  const question = `${pageSize} ${key}`;
  const [trail, setTrail] = useState<{ question: string; cursors: string[] }>({
    question,
    cursors: [],
  });
  const cursors = trail.question === question ? trail.cursors : [];
  const cursor = cursors[cursors.length - 1];

  const { view, reload } = useLoaded(
    `${question} ${cursor ?? ''}`,
    signal => load({ limit: pageSize, cursor, signal }),
    version,
  );
  const next =
    view.kind === 'ready' && !view.isRefreshing
      ? view.value.nextCursor
      : undefined;

  return {
    view,
    reload: useCallback(() => {
      setTrail({ question, cursors: [] });
      reload();
    }, [question, reload]),
    paging: {
      pageSize,
      offset: cursors.length * pageSize,
      hasPrevious: cursors.length > 0,
      hasNext: next !== undefined,
      toPrevious: () => setTrail({ question, cursors: cursors.slice(0, -1) }),
      toNext: () => {
        if (next !== undefined) {
          setTrail({ question, cursors: [...cursors, next] });
        }
      },
      setPageSize: setSize,
    },
  };
}
