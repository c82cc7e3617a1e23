import { IstioJwtSignal } from 'backstage-plugin-istio-jwt-common';
import { describeFailure } from '../api/describeFailure';
import { ListenToSignals } from './useListenToSignals';

const POLL_MS = 1000;
const MAX_PAUSE_MS = 10_000;

export interface FollowOptions<T> {
  load(signal: AbortSignal): Promise<T>;
  listen?: ListenToSignals;
  /** Whether a signal says that there is something new. */
  isNews(signal: IstioJwtSignal): boolean;
  /** Whether nothing will change any more. */
  isOver(current: T): boolean;
  onCurrent(current: T): void;
  onFailure(message: string): void;
  /** The backend does not know it, or not any more. */
  onGone(): void;
  /** Before the first request. Default: as between polls. */
  delayMs?: number;
  /** Between polls. Default: 1 s. */
  pollMs?: number;
}

/**
 * Reads something that goes on in the backend at every signal about it and regularly besides, one
 * request at a time, until it is over.
 *
 * @returns stops following
 */
export function followOperation<T>(options: FollowOptions<T>): () => void {
  const { pollMs = POLL_MS } = options;
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
      const current = await options.load(controller.signal);
      if (controller.signal.aborted) {
        return;
      }
      failures = 0;
      over = options.isOver(current);
      options.onCurrent(current);
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
    const pause = Math.min(
      pollMs * 2 ** failures,
      Math.max(MAX_PAUSE_MS, pollMs),
    );
    timer = setTimeout(read, readAgain && failures === 0 ? 0 : pause);
  };

  const stopListening = options.listen?.((signal: IstioJwtSignal) => {
    if (signal && options.isNews(signal)) {
      void read();
    }
  });
  timer = setTimeout(read, options.delayMs ?? pollMs);

  return () => {
    controller.abort();
    clearTimeout(timer);
    stopListening?.();
  };
}
