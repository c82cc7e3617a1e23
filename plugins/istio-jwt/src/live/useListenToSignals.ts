import { useApiHolder } from '@backstage/core-plugin-api';
import { signalApiRef } from '@backstage/plugin-signals-react';
import {
  IstioJwtSignal,
  ISTIO_JWT_SIGNAL_CHANNEL,
} from 'backstage-plugin-istio-jwt-common';
import { useMemo } from 'react';

export type ListenToSignals = (
  onSignal: (signal: IstioJwtSignal) => void,
) => () => void;

/**
 * Subscribes to the plugin's signals; undefined where the portal has no signals plugin. The
 * `useSignal` hook keeps the last message only, so that of two in one turn the first is lost.
 */
export function useListenToSignals(): ListenToSignals | undefined {
  const signals = useApiHolder().get(signalApiRef);
  return useMemo(
    () =>
      signals &&
      (onSignal => {
        const { unsubscribe } = signals.subscribe<IstioJwtSignal>(
          ISTIO_JWT_SIGNAL_CHANNEL,
          onSignal,
        );
        return unsubscribe;
      }),
    [signals],
  );
}
