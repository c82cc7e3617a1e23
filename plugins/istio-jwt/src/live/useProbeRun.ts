import { useApi } from '@backstage/core-plugin-api';
import { ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { useCallback, useEffect, useState } from 'react';
import { istioJwtApiRef } from '../api';
import { describeFailure } from '../api/describeFailure';
import { chooseNewerRun } from './chooseNewerRun';
import { followRun } from './followRun';
import { useListenToSignals } from './useListenToSignals';

/** What the probes of an entity are doing. */
export type ProbeRunView =
  | { kind: 'never-run' }
  | { kind: 'starting'; run?: ProbeRun }
  | { kind: 'running'; run: ProbeRun; cancelling: boolean }
  | { kind: 'over'; run: ProbeRun };

export interface ProbeRunControl {
  view: ProbeRunView;
  /** Why the last request to start, follow or cancel failed. */
  failure?: string;
  start: () => void;
  cancel: () => void;
}

/**
 * Starts, follows and cancels probe runs. A run that somebody else started, or that was under way
 * before a reload, is followed as well.
 */
export function useProbeRun(options: {
  entityRef: string;
  /** As the status tells it. */
  lastRun?: ProbeRun;
  onOver: () => void;
}): ProbeRunControl {
  const { entityRef, lastRun, onOver } = options;
  const api = useApi(istioJwtApiRef);
  const listen = useListenToSignals();
  const [goneId, setGoneId] = useState<string>();
  const [seen, setSeen] = useState<ProbeRun>();
  const [busy, setBusy] = useState<'starting' | 'cancelling'>();
  const [failure, setFailure] = useState<string>();

  const run = chooseNewerRun(
    seen?.entityRef === entityRef ? seen : undefined,
    lastRun?.id === goneId ? undefined : lastRun,
  );
  const runningId = run?.status === 'running' ? run.id : undefined;

  useEffect(() => {
    if (!runningId) {
      return undefined;
    }
    return followRun({
      entityRef,
      load: signal => api.getProbeRun(entityRef, runningId, { signal }),
      listen,
      onRun: current => {
        setSeen(known => chooseNewerRun(known, current));
        setFailure(undefined);
        if (current.status !== 'running') {
          setBusy(undefined);
          onOver();
        }
      },
      onFailure: setFailure,
      onGone: () => {
        setSeen(undefined);
        setGoneId(runningId);
        setBusy(undefined);
        setFailure('The run was lost: its backend was restarted.');
        onOver();
      },
    });
  }, [api, entityRef, runningId, listen, onOver]);

  const start = useCallback(() => {
    setBusy('starting');
    setFailure(undefined);
    api
      .startProbeRun(entityRef)
      .then(
        started => setSeen(started),
        error => {
          const described = describeFailure(error);
          setFailure(described.message);
          // Somebody else's run is under way: the status knows which.
          if (described.kind === 'refused' && described.status === 409) {
            onOver();
          }
        },
      )
      .finally(() => setBusy(undefined));
  }, [api, entityRef, onOver]);

  const cancel = useCallback(() => {
    if (!runningId) {
      return;
    }
    setBusy('cancelling');
    api.cancelProbeRun(entityRef, runningId).catch(error => {
      setBusy(undefined);
      setFailure(describeFailure(error).message);
    });
  }, [api, entityRef, runningId]);

  return { view: describeRun(run, busy), failure, start, cancel };
}

function describeRun(
  run: ProbeRun | undefined,
  busy: 'starting' | 'cancelling' | undefined,
): ProbeRunView {
  if (run?.status === 'running') {
    return { kind: 'running', run, cancelling: busy === 'cancelling' };
  }
  if (busy === 'starting') {
    return { kind: 'starting', run };
  }
  return run ? { kind: 'over', run } : { kind: 'never-run' };
}
