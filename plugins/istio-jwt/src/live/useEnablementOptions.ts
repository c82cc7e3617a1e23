import { useApi } from '@backstage/core-plugin-api';
import { EnablementOptions } from 'backstage-plugin-istio-jwt-common';
import { useCallback, useEffect, useState } from 'react';
import { istioJwtApiRef } from '../api';
import { describeFailure } from '../api/describeFailure';
import { useListenToSignals } from './useListenToSignals';

/** What is known of what can be planned for an entity. */
export type EnablementOptionsView =
  | { kind: 'loading' }
  | { kind: 'denied'; message: string }
  | { kind: 'failed'; message: string }
  | {
      kind: 'ready';
      options: EnablementOptions;
      /** Why they could not be read anew. */
      refreshFailure?: string;
    };

/** Several signals in a row are one reason to load. */
const SETTLE_MS = 300;

/**
 * Loads what can be planned, and again when an operation moves on or `version` is another.
 *
 * @param version - changes whenever the entity's status does
 */
export function useEnablementOptions(
  entityRef: string,
  version: string,
): { view: EnablementOptionsView; retry: () => void } {
  const api = useApi(istioJwtApiRef);
  const listen = useListenToSignals();
  const [attempt, setAttempt] = useState(0);
  const [view, setView] = useState<EnablementOptionsView>({ kind: 'loading' });

  useEffect(() => setView({ kind: 'loading' }), [entityRef]);

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    api.getEnablementOptions(entityRef, { signal }).then(
      options => {
        if (!signal.aborted) {
          setView({ kind: 'ready', options });
        }
      },
      error => {
        if (!signal.aborted) {
          setView(known => describeProblem(known, error));
        }
      },
    );
    return () => controller.abort();
  }, [api, entityRef, version, attempt]);

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

function describeProblem(
  known: EnablementOptionsView,
  error: unknown,
): EnablementOptionsView {
  const { kind, message } = describeFailure(error);
  if (kind === 'denied') {
    return { kind, message };
  }
  return known.kind === 'ready'
    ? { ...known, refreshFailure: message }
    : { kind: 'failed', message };
}
