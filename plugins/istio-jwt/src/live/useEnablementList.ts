import { useApi } from '@backstage/core-plugin-api';
import { EnablementSummary } from 'backstage-plugin-istio-jwt-common';
import { useCallback, useEffect, useState } from 'react';
import { istioJwtApiRef } from '../api';
import { describeFailure } from '../api/describeFailure';
import { useListenToSignals } from './useListenToSignals';

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
const SETTLE_MS = 300;

/** Loads the operations of an entity, and again when one of them moves on. */
export function useEnablementList(entityRef: string): {
  view: EnablementListView;
  retry: () => void;
} {
  const api = useApi(istioJwtApiRef);
  const listen = useListenToSignals();
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

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = listen?.(signal => {
      if (
        signal?.type === 'enablement-changed' &&
        signal.entityRef === entityRef
      ) {
        clearTimeout(timer);
        timer = setTimeout(() => setAttempt(count => count + 1), SETTLE_MS);
      }
    });
    return () => {
      clearTimeout(timer);
      unsubscribe?.();
    };
  }, [listen, entityRef]);

  const retry = useCallback(() => setAttempt(count => count + 1), []);
  return { view, retry };
}
