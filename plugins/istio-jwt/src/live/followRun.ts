import { IstioJwtSignal, ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { describeFailure } from '../api/describeFailure';
import { ListenToSignals } from './useListenToSignals';

const POLL_MS = 1000;
const MAX_PAUSE_MS = 10_000;

export interface FollowRunOptions {
  runId: string;
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
export function followRun(options: FollowRunOptions): () => void {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let reading = false;
  let readAgain = false;
  let failures = 0;

  const read = async () => {
    clearTimeout(timer);
    if (reading) {
      readAgain = true;
      return;
    }
    reading = true;
    readAgain = false;
    let over = false;
    try {
      const run = await options.load(controller.signal);
      if (controller.signal.aborted) {
        return;
      }
      failures = 0;
      over = run.status !== 'running';
      options.onRun(run);
    } catch (error) {
      if (controller.signal.aborted) {
        return;
      }
      const failure = describeFailure(error);
      if (failure.kind === 'refused' && failure.status === 404) {
        options.onGone();
        return;
      }
      failures += 1;
      options.onFailure(failure.message);
    } finally {
      reading = false;
    }
    if (over || controller.signal.aborted) {
      return;
    }
    const pause = Math.min(POLL_MS * 2 ** failures, MAX_PAUSE_MS);
    timer = setTimeout(read, readAgain && failures === 0 ? 0 : pause);
  };

  const stopListening = options.listen?.((signal: IstioJwtSignal) => {
    if (signal?.type === 'probe-progress' && signal.runId === options.runId) {
      void read();
    }
  });
  timer = setTimeout(read, POLL_MS);

  return () => {
    controller.abort();
    clearTimeout(timer);
    stopListening?.();
  };
}
