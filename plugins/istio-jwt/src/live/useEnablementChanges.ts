import { digestEntityRef } from 'backstage-plugin-istio-jwt-common';
import { useEffect } from 'react';
import { useListenToSignals } from './useListenToSignals';

/** Several signals in a row are one reason to load. */
const SETTLE_MS = 300;

/** Calls back when an operation of an entity moved on. */
export function useEnablementChanges(
  entityRef: string,
  onChange: () => void,
): void {
  const listen = useListenToSignals();

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const entity = digestEntityRef(entityRef);
    const unsubscribe = listen?.(signal => {
      if (signal?.type === 'enablement-changed' && signal.entity === entity) {
        clearTimeout(timer);
        timer = setTimeout(onChange, SETTLE_MS);
      }
    });
    return () => {
      clearTimeout(timer);
      unsubscribe?.();
    };
  }, [listen, entityRef, onChange]);
}
