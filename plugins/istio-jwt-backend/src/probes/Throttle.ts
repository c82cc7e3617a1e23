import { setTimeout as sleep } from 'node:timers/promises';
import { LruMap } from '../status/LruMap';

/** Caps requests at once over everything, and requests per second per key. */
export class Throttle {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly nextAt = new LruMap<number>(1000);

  constructor(
    private readonly maxConcurrency: number,
    private readonly perSecond: number,
  ) {}

  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const now = Date.now();
    const at = Math.max(now, this.nextAt.get(key) ?? 0);
    this.nextAt.set(key, at + 1000 / this.perSecond);
    if (at > now) {
      await sleep(at - now);
    }
    if (this.running >= this.maxConcurrency) {
      await new Promise<void>(resolve => this.waiting.push(resolve));
    } else {
      this.running++;
    }
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next) {
        next();
      } else {
        this.running--;
      }
    }
  }
}
