import { useCallback, useState } from 'react';
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
  /** The page behind it is wanted, whose cursor is not known yet. */
  wantsNext?: boolean;
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
  const [last, setPlace] = useState<Place>({ question, cursors: [] });
  const place = last.question === question ? last : { question, cursors: [] };
  const { cursors, wantsNext } = place;
  const cursor = cursors[cursors.length - 1];

  const { view, reload } = useLoaded(
    `${question} ${cursor ?? ''}`,
    async signal => ({
      page: await load({ limit: pageSize, cursor, signal }),
      answers: { question, cursor },
      offset: cursors.length * pageSize,
    }),
    version,
  );
  const shown = view.kind === 'ready' ? view.value : undefined;
  const isThere =
    shown?.answers.question === question && shown.answers.cursor === cursor;
  const next = isThere ? shown.page.nextCursor : undefined;
  const isOnItsWay = view.kind === 'ready' && view.isRefreshing && !isThere;

  const goTo = (to: string[]) => setPlace({ question, cursors: to });
  const toNext = () => {
    if (next !== undefined) goTo([...cursors, next]);
    else if (isOnItsWay) setPlace({ ...place, wantsNext: true });
    else goTo(cursors);
  };
  if (wantsNext && !isOnItsWay) toNext();

  return {
    view: view.kind === 'ready' ? { ...view, value: view.value.page } : view,
    reload: useCallback(() => {
      setPlace({ question, cursors: [] });
      reload();
    }, [question, reload]),
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
