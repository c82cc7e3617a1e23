import { useCallback, useEffect, useState } from 'react';
import { Loaded, useLoaded } from './useLoaded';

export interface Paging {
  pageSize: number;
  /** Number of elements before the page in view, which may be the one before while the next is on its way. */
  offset: number;
  hasPrevious: boolean;
  /** Also while a page is on its way: who presses then gets the one behind it. */
  hasNext: boolean;
  toPrevious: () => void;
  toNext: () => void;
  setPageSize: (size: number) => void;
}

/** At most 200: what the backend gives at once, and what a browser likes to have on a page. */
export const PAGE_SIZES = [25, 50, 100, 200];

/** A place in a list: the cursors that led to it from its first page, of one question. */
interface Place {
  question: string;
  cursors: string[];
}

/**
 * One page at a time of a list with cursors. Another `key` (question) starts at the first page again.
 * `reload` does too, since a cursor that the backend no longer understands would fail for ever. Going on waits
 * for no refresh: a newer request takes the place of an older one, and the rows in view stay meanwhile.
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
  const [trail, setTrail] = useState<Place>({ question, cursors: [] });
  const cursors = trail.question === question ? trail.cursors : [];
  const cursor = cursors[cursors.length - 1];

  const { view, reload } = useLoaded(
    `${question} ${cursor ?? ''}`,
    async signal => ({
      page: await load({ limit: pageSize, cursor, signal }),
      place: { question, cursors },
      offset: cursors.length * pageSize,
    }),
    version,
  );
  const shown = view.kind === 'ready' ? view.value : undefined;
  const isThere =
    shown?.place.question === question && last(shown.place) === cursor;
  const next = isThere ? shown.page.nextCursor : undefined;
  const isOnItsWay = view.kind === 'ready' && view.isRefreshing && !isThere;

  /** The question of which one page more is wanted than the one that is on its way. */
  const [wanted, setWanted] = useState<string>();
  const goTo = useCallback(
    (to: string[]) => {
      setWanted(undefined);
      setTrail({ question, cursors: to });
    },
    [question],
  );
  const toNext = () => {
    if (next !== undefined) goTo([...cursors, next]);
    else setWanted(isOnItsWay ? question : undefined);
  };
  useEffect(() => {
    if (wanted === undefined) return;
    if (wanted !== question) setWanted(undefined);
    else if (!isOnItsWay) toNext();
  });

  return {
    view: view.kind === 'ready' ? { ...view, value: view.value.page } : view,
    reload: useCallback(() => {
      goTo([]);
      reload();
    }, [goTo, reload]),
    paging: {
      pageSize,
      offset: shown?.offset ?? 0,
      hasPrevious: cursors.length > 0,
      hasNext: next !== undefined || isOnItsWay,
      toPrevious: () => goTo(cursors.slice(0, -1)),
      toNext,
      setPageSize: setSize,
    },
  };
}

function last({ cursors }: Place): string | undefined {
  return cursors[cursors.length - 1];
}
