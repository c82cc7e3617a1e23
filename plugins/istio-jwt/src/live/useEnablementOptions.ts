import { useApi } from '@backstage/core-plugin-api';
import { EnablementOptions } from 'backstage-plugin-istio-jwt-common';
import { useCallback, useEffect, useState } from 'react';
import { istioJwtApiRef } from '../api';
import { describeFailure } from '../api/describeFailure';
import { useEnablementChanges } from './useEnablementChanges';

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

  const retry = useCallback(() => setAttempt(count => count + 1), []);
  useEnablementChanges(entityRef, retry);
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
