import { setTimeout as sleep } from 'node:timers/promises';

/** So that a server that just came back is not asked for everything in the same moment. */
const SPREAD_MS = 500;

/**
 * Lets the readers of one cluster, each of which backs off by itself, know that its API server answers
 * again: without it what is read last decides when the picture is current.
 */
export class Recovery {
  private readonly waiting = new Set<AbortController>();

  /** Waits for so long, or until another reader was answered. Never rejects. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.waiting.add(woken);
    await pause(ms, AbortSignal.any([signal, woken.signal]));
    this.waiting.delete(woken);
    if (woken.signal.aborted) {
      await pause(Math.min(ms, SPREAD_MS * Math.random()), signal);
    }
  }

  announce(): void {
    this.waiting.forEach(woken => woken.abort());
    this.waiting.clear();
  }
}

/** Ends early, and does not reject, where the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => {});
}
