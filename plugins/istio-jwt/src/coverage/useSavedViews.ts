import { storageApiRef, useApi } from '@backstage/core-plugin-api';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { DEFAULT_ADDRESS, readAddress, writeAddress } from './address';

/** Filters and order under a name. */
export interface SavedView {
  name: string;
  /** Query of the page's address. */
  query: string;
}

const BUCKET = 'istio-jwt-coverage';
const KEY = 'views';
export const MAX_VIEWS = 30;
export const MAX_VIEW_NAME = 60;

/** The user's own views, kept where the portal keeps settings. */
export function useSavedViews(): {
  views: SavedView[];
  /** Replaces one of the same name. */
  save: (name: string, query: string) => void;
  remove: (name: string) => void;
} {
  const storageApi = useApi(storageApiRef);
  const bucket = useMemo(() => storageApi.forBucket(BUCKET), [storageApi]);
  const [views, setViews] = useState(() =>
    parseViews(bucket.snapshot(KEY).value),
  );

  useEffect(() => {
    const subscription = bucket.observe$(KEY).subscribe(({ value }) => {
      setViews(parseViews(value));
    });
    return () => subscription.unsubscribe();
  }, [bucket]);

  const store = useCallback(
    (next: SavedView[]) => {
      setViews(next);
      bucket.set(
        KEY,
        next.map(({ name, query }) => ({ name, query })),
      );
    },
    [bucket],
  );
  const save = useCallback(
    (name: string, query: string) => {
      const others = views.filter(each => each.name !== name);
      store([...others, { name, query: cleanQuery(query) }].slice(-MAX_VIEWS));
    },
    [views, store],
  );
  const remove = useCallback(
    (name: string) => store(views.filter(each => each.name !== name)),
    [views, store],
  );
  return { views, save, remove };
}

/** Only what the page understands is kept, and nothing that looks like a token. */
function cleanQuery(query: string): string {
  const address = readAddress(new URLSearchParams(query));
  return writeAddress({
    ...address,
    exception: DEFAULT_ADDRESS.exception,
  }).toString();
}

function parseViews(value: unknown): SavedView[] {
  if (!Array.isArray(value)) {
    return [];
  }
  return value.flatMap(each =>
    typeof each?.name === 'string' && typeof each?.query === 'string'
      ? [{ name: each.name, query: cleanQuery(each.query) }]
      : [],
  );
}
