import { useApi } from '@backstage/core-plugin-api';
import { EnablementSummary } from 'backstage-plugin-istio-jwt-common';
import { useCallback, useEffect, useState } from 'react';
import { istioJwtApiRef } from '../api';
import { describeFailure } from '../api/describeFailure';
import { useEnablementChanges } from './useEnablementChanges';

/** What is known of an entity's operations. */
export type EnablementListView =
  | { kind: 'loading' }
  | { kind: 'failed'; message: string }
  | {
      kind: 'ready';
      /** Newest first. */
      items: EnablementSummary[];
      hasMore: boolean;
    };

const SHOWN = 50;
/** Loads the operations of an entity, and again when one of them moves on. */
export function useEnablementList(entityRef: string): {
  view: EnablementListView;
  retry: () => void;
} {
  const api = useApi(istioJwtApiRef);
  const [attempt, setAttempt] = useState(0);
  const [view, setView] = useState<EnablementListView>({ kind: 'loading' });

  useEffect(() => setView({ kind: 'loading' }), [entityRef]);

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    api.listEnablements(entityRef, { limit: SHOWN, signal }).then(
      ({ items, nextCursor }) => {
        if (!signal.aborted) {
          setView({ kind: 'ready', items, hasMore: Boolean(nextCursor) });
        }
      },
      error => {
        if (!signal.aborted) {
          setView({ kind: 'failed', message: describeFailure(error).message });
        }
      },
    );
    return () => controller.abort();
  }, [api, entityRef, attempt]);

  const retry = useCallback(() => setAttempt(count => count + 1), []);
  useEnablementChanges(entityRef, retry);
  return { view, retry };
}
