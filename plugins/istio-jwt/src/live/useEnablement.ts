import { useApi } from '@backstage/core-plugin-api';
import { Enablement } from 'backstage-plugin-istio-jwt-common';
import { useCallback, useEffect, useState } from 'react';
import { istioJwtApiRef } from '../api';
import { describeFailure } from '../api/describeFailure';
import { isOver } from '../format/describePhase';
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
  pending?: 'cancel' | 'approve';
  /** Why that was refused. */
  failure?: string;
  cancel: () => void;
  approve: () => void;
}

/** Nobody can say when somebody approves, so signals do most of it. */
const WAITING_POLL_MS = 10_000;

/** Follows an operation until it is over, with the means to cancel and to approve it. */
export function useEnablement(
  entityRef: string,
  enablementId: string,
): EnablementControl {
  const api = useApi(istioJwtApiRef);
  const listen = useListenToSignals();
  const [view, setView] = useState<EnablementView>({ kind: 'loading' });
  const [pending, setPending] = useState<'cancel' | 'approve'>();
  const [failure, setFailure] = useState<string>();
  const phase = view.kind === 'ready' ? view.enablement.phase : undefined;
  const waits = phase === 'awaiting-approval' || phase === 'proposed';
  // What failed can be taken up again.
  const hasEnded = phase !== undefined && isOver(phase);

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
              signal.enablementId === enablementId,
            isOver: current => isOver(current.phase),
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

  const ask = useCallback(
    (what: 'cancel' | 'approve') => {
      setPending(what);
      setFailure(undefined);
      const asked =
        what === 'cancel'
          ? api.cancelEnablement(entityRef, enablementId)
          : api.approveEnablement(entityRef, enablementId);
      asked
        .then(
          enablement => setView({ kind: 'ready', enablement }),
          error => setFailure(describeFailure(error).message),
        )
        .finally(() => setPending(undefined));
    },
    [api, entityRef, enablementId],
  );
  const cancel = useCallback(() => ask('cancel'), [ask]);
  const approve = useCallback(() => ask('approve'), [ask]);
  return { view, pending, failure, cancel, approve };
}
