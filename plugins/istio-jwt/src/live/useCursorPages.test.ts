import { act, renderHook } from '@testing-library/react';
import { useCursorPages } from './useCursorPages';

interface Asked {
  cursor?: string;
  signal: AbortSignal;
  /** Answers with the page there; the list ends with the page of this number. */
  answer: (lastPage?: number) => Promise<void>;
}

/** A list of pages whose answers come when the test says so: page `n` has the cursor `n`. */
function renderPages() {
  const asked: Asked[] = [];
  const load = ({ cursor, signal }: { cursor?: string; signal: AbortSignal }) =>
    new Promise<{ page: number; nextCursor?: string }>(resolve => {
      const page = Number(cursor ?? 0);
      asked.push({
        cursor,
        signal,
        answer: lastPage =>
          act(async () =>
            resolve({
              page,
              nextCursor: page === lastPage ? undefined : String(page + 1),
            }),
          ),
      });
    });
  const hook = renderHook(
    ({ key, version }) => useCursorPages(key, load, version),
    { initialProps: { key: 'all', version: 0 } },
  );
  return {
    ...hook,
    asked,
    latest: () => asked[asked.length - 1],
    seen: () => {
      const { view, paging } = hook.result.current;
      return {
        page: view.kind === 'ready' ? view.value.page : view.kind,
        isRefreshing: view.kind === 'ready' && view.isRefreshing,
        offset: paging.offset,
        hasNext: paging.hasNext,
      };
    },
    goOn: () => act(() => hook.result.current.paging.toNext()),
    goBack: () => act(() => hook.result.current.paging.toPrevious()),
  };
}

describe('useCursorPages', () => {
  it('goes on while the page in view is being refreshed', async () => {
    const { asked, latest, seen, goOn, rerender } = renderPages();
    await latest().answer();
    rerender({ key: 'all', version: 1 });
    expect(asked).toHaveLength(2);
    goOn();
    expect(asked.map(({ cursor }) => cursor)).toEqual([
      undefined,
      undefined,
      '1',
    ]);
    expect(asked[1].signal.aborted).toBe(true);
    await latest().answer();
    expect(seen()).toMatchObject({ page: 1, offset: 50, isRefreshing: false });
  });

  it('keeps the rows in view, and says which they are, until the next come', async () => {
    const { latest, seen, goOn } = renderPages();
    await latest().answer();
    goOn();
    expect(seen()).toEqual({
      page: 0,
      isRefreshing: true,
      offset: 0,
      hasNext: true,
    });
    await latest().answer(1);
    expect(seen()).toEqual({
      page: 1,
      isRefreshing: false,
      offset: 50,
      hasNext: false,
    });
  });

  it('goes on once more where that was asked for before the next page came', async () => {
    const { asked, latest, seen, goOn } = renderPages();
    await latest().answer();
    goOn();
    goOn();
    expect(asked).toHaveLength(2);
    await latest().answer();
    expect(latest().cursor).toBe('2');
    await latest().answer();
    expect(seen()).toMatchObject({ page: 2, offset: 100 });
    expect(asked).toHaveLength(3);
  });

  it('stays on the last page, whatever was asked for before it came', async () => {
    const { asked, latest, seen, goOn } = renderPages();
    await latest().answer();
    goOn();
    goOn();
    await latest().answer(1);
    expect(seen()).toMatchObject({ page: 1, hasNext: false });
    expect(asked).toHaveLength(2);
  });

  it('forgets what was asked for when somebody goes back meanwhile', async () => {
    const { latest, seen, goOn, goBack } = renderPages();
    await latest().answer();
    goOn();
    goOn();
    goBack();
    expect(latest().cursor).toBeUndefined();
    await latest().answer();
    expect(seen()).toMatchObject({ page: 0, offset: 0, hasNext: true });
  });

  it('begins another question at its first page', async () => {
    const { latest, seen, goOn, rerender } = renderPages();
    await latest().answer();
    goOn();
    goOn();
    rerender({ key: 'open ones', version: 0 });
    expect(latest().cursor).toBeUndefined();
    await latest().answer();
    expect(seen()).toMatchObject({ page: 0, offset: 0 });
  });
});
