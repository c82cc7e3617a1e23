import { useApi } from '@backstage/core-plugin-api';
import {
  digestEntityRef,
  ProbeRunSummary,
  StateChange,
} from 'backstage-plugin-istio-jwt-common';
import { useCallback, useEffect, useState } from 'react';
import { istioJwtApiRef } from '../api';
import { describeFailure } from '../api/describeFailure';
import { useListenToSignals } from './useListenToSignals';

/** What is known of an entity's past. */
export type HistoryView =
  | { kind: 'loading' }
  | { kind: 'failed'; message: string }
  | {
      kind: 'ready';
      /** Newest first. */
      changes: StateChange[];
      runs: ProbeRunSummary[];
      /** There is more than is shown. */
      hasMore: boolean;
    };

const CHANGES = 100;
const RUNS = 30;
/** Several signals in a row are one reason to load. */
const SETTLE_MS = 300;

/**
 * Loads the past of an entity, and again when a change is signalled or `version` is another: portals
 * without signals see that the status has moved.
 */
export function useHistory(
  entityRef: string,
  version: string,
): { view: HistoryView; retry: () => void } {
  const api = useApi(istioJwtApiRef);
  const listen = useListenToSignals();
  const [attempt, setAttempt] = useState(0);
  const [view, setView] = useState<HistoryView>({ kind: 'loading' });

  useEffect(() => setView({ kind: 'loading' }), [entityRef]);

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    Promise.all([
      api.getHistory(entityRef, { limit: CHANGES, signal }),
      api.listProbeRuns(entityRef, { limit: RUNS, signal }),
    ]).then(
      ([history, runs]) => {
        if (!signal.aborted) {
          setView({
            kind: 'ready',
            changes: history.items,
            runs: runs.items,
            hasMore: Boolean(history.nextCursor ?? runs.nextCursor),
          });
        }
      },
      error => {
        if (!signal.aborted) {
          setView({ kind: 'failed', message: describeFailure(error).message });
        }
      },
    );
    return () => controller.abort();
  }, [api, entityRef, version, attempt]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const entity = digestEntityRef(entityRef);
    const unsubscribe = listen?.(signal => {
      const isNews =
        signal?.entity === entity &&
        (signal.type === 'history-changed' ||
          (signal.type === 'probe-progress' && signal.done >= signal.total));
      if (isNews) {
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
