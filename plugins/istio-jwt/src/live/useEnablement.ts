import { useApi } from '@backstage/core-plugin-api';
import {
  digestEntityRef,
  Enablement,
  isEnablementOver,
} from 'backstage-plugin-istio-jwt-common';
import { useCallback, useEffect, useState } from 'react';
import { IstioJwtApi, istioJwtApiRef } from '../api';
import { describeFailure } from '../api/describeFailure';
import { followOperation } from './followOperation';
import { useListenToSignals } from './useListenToSignals';

/** What is known of one operation. */
export type EnablementView =
  | { kind: 'loading' }
  | { kind: 'failed'; message: string }
  /** There is no such operation of this entity. */
  | { kind: 'gone' }
  | {
      kind: 'ready';
      enablement: Enablement;
      /** Why what is shown could not be read anew. */
      refreshFailure?: string;
    };

export interface EnablementControl {
  view: EnablementView;
  /** What was asked for and is not answered yet. */
  pending?: EnablementDecision['kind'];
  /** Why that was refused. */
  failure?: string;
  decide: (decision: EnablementDecision) => void;
}

/** What a person can say about an operation. */
export type EnablementDecision =
  | { kind: 'cancel' | 'approve' | 'enforce' }
  | { kind: 'decline'; reason?: string };

/** Nobody can say when somebody approves, so signals do most of it. */
const WAITING_POLL_MS = 10_000;

/** Follows an operation until it is over, with the means to decide about it. */
export function useEnablement(
  entityRef: string,
  enablementId: string,
): EnablementControl {
  const api = useApi(istioJwtApiRef);
  const listen = useListenToSignals();
  const [view, setView] = useState<EnablementView>({ kind: 'loading' });
  const [pending, setPending] = useState<EnablementDecision['kind']>();
  const [failure, setFailure] = useState<string>();
  const phase = view.kind === 'ready' ? view.enablement.phase : undefined;
  const waits =
    phase === 'awaiting-approval' || phase === 'proposed' || phase === 'held';
  // What failed can be taken up again.
  const hasEnded = phase !== undefined && isEnablementOver(phase);

  useEffect(() => setView({ kind: 'loading' }), [entityRef, enablementId]);

  useEffect(
    () =>
      hasEnded
        ? undefined
        : followOperation<Enablement>({
            load: signal =>
              api.getEnablement(entityRef, enablementId, { signal }),
            listen,
            isNews: signal =>
              signal.type === 'enablement-changed' &&
              signal.entity === digestEntityRef(entityRef),
            isOver: current => isEnablementOver(current.phase),
            onCurrent: enablement => setView({ kind: 'ready', enablement }),
            onFailure: message =>
              setView(known =>
                known.kind === 'ready'
                  ? { ...known, refreshFailure: message }
                  : { kind: 'failed', message },
              ),
            onGone: () => setView({ kind: 'gone' }),
            delayMs: 0,
            ...(waits ? { pollMs: WAITING_POLL_MS } : {}),
          }),
    [api, entityRef, enablementId, listen, waits, hasEnded],
  );

  const decide = useCallback(
    (decision: EnablementDecision) => {
      setPending(decision.kind);
      setFailure(undefined);
      send(api, entityRef, enablementId, decision)
        .then(
          enablement => setView({ kind: 'ready', enablement }),
          error => setFailure(describeFailure(error).message),
        )
        .finally(() => setPending(undefined));
    },
    [api, entityRef, enablementId],
  );
  return { view, pending, failure, decide };
}

function send(
  api: IstioJwtApi,
  entityRef: string,
  enablementId: string,
  decision: EnablementDecision,
): Promise<Enablement> {
  switch (decision.kind) {
    case 'approve':
      return api.approveEnablement(entityRef, enablementId);
    case 'enforce':
      return api.enforceEnablement(entityRef, enablementId);
    case 'decline': {
      const { reason } = decision;
      return api.declineEnablement(
        entityRef,
        enablementId,
        reason ? { reason } : {},
      );
    }
    default:
      return api.cancelEnablement(entityRef, enablementId);
  }
}
