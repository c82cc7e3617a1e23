import { digestEntityRef, ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { followOperation } from './followOperation';
import { ListenToSignals } from './useListenToSignals';

export interface FollowRunOptions {
  /** Whose run it is: one at a time goes on. */
  entityRef: string;
  load(signal: AbortSignal): Promise<ProbeRun>;
  listen?: ListenToSignals;
  onRun(run: ProbeRun): void;
  onFailure(message: string): void;
  /** The backend does not know the run any more. */
  onGone(): void;
}

/**
 * Reads a run on every progress signal and once a second besides, one request at a time, until it
 * is over.
 *
 * @returns stops following
 */
export function followRun({
  entityRef,
  onRun,
  ...options
}: FollowRunOptions): () => void {
  const entity = digestEntityRef(entityRef);
  return followOperation({
    ...options,
    isNews: signal =>
      signal.type === 'probe-progress' && signal.entity === entity,
    isOver: run => run.status !== 'running',
    onCurrent: onRun,
  });
}
