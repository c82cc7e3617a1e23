import { setTimeout as sleep } from 'node:timers/promises';
import { LruMap } from '../status/LruMap';

/** Whose request waits. Those of operations go first: a policy may be half written meanwhile. */
export type Urgency = 'operation' | 'probe';

/** How requests of a key went lately. */
type Pace = 'fast' | 'unknown' | 'slow';

const MAX_KEYS = 1000;
/** A gateway answers in less, as a rule; what takes longer holds a slot that others could use. */
const SLOW_MS = 1000;
/** So that a quick answer now and then does not buy the next slow one a slot. */
const SLOW_FOR_MS = 60_000;

interface Waiting {
  urgency: Urgency;
  begin: (pace: Pace) => void;
}

/**
 * Caps requests at once over everything, and requests per second per key. Tenants have gateways, and
 * some may be made to answer as late as they can: keys take turns, those that had a slow request in
 * the last minute share half of the slots, and one slot is for keys that are known to be fast. Operations have one
 * more slot than probes.
 */
export class Throttle {
  private readonly running: Record<Pace, number> = {
    fast: 0,
    unknown: 0,
    slow: 0,
  };
  private readonly runningOf = new Map<string, number>();
  /** By key, in the order of their turns. */
  private readonly waiting = new Map<string, Waiting[]>();
  private readonly nextAt = new LruMap<number>(MAX_KEYS);
  /** By key: until when it counts as slow, 0 for a key that is fast. */
  private readonly slowUntil = new LruMap<number>(MAX_KEYS);

  constructor(
    private readonly maxConcurrency: number,
    private readonly perSecond: number,
    private readonly slowMs = SLOW_MS,
  ) {}

  async run<T>(
    key: string,
    task: () => Promise<T>,
    urgency: Urgency = 'probe',
  ): Promise<T> {
    const now = Date.now();
    const at = Math.max(now, this.nextAt.get(key) ?? 0);
    this.nextAt.set(key, at + 1000 / this.perSecond);
    if (at > now) {
      await sleep(at - now);
    }
    const pace = await new Promise<Pace>(begin => {
      const queue = this.waiting.get(key) ?? [];
      this.waiting.set(key, [...queue, { urgency, begin }]);
      this.admit();
    });
    const startedAt = performance.now();
    try {
      return await task();
    } finally {
      if (performance.now() - startedAt > this.slowMs) {
        this.slowUntil.set(key, Date.now() + SLOW_FOR_MS);
      } else if (this.paceOf(key) !== 'slow') {
        this.slowUntil.set(key, 0);
      }
      this.count(key, pace, -1);
      this.admit();
    }
  }

  private admit(): void {
    for (let key = this.choose(); key !== undefined; key = this.choose()) {
      const queue = this.waiting.get(key)!;
      const next =
        queue.find(({ urgency }) => urgency === 'operation') ?? queue[0];
      const rest = queue.filter(each => each !== next);
      // Its next turn comes after those of all others.
      this.waiting.delete(key);
      if (rest.length > 0) this.waiting.set(key, rest);
      const pace = this.paceOf(key);
      this.count(key, pace, 1);
      next.begin(pace);
    }
  }

  /** The key whose turn it is: operations first, then whose requests hold the fewest slots. */
  private choose(): string | undefined {
    let chosen: { key: string; rank: number } | undefined;
    for (const [key, queue] of this.waiting) {
      const isUrgent = queue.some(({ urgency }) => urgency === 'operation');
      if (!this.hasRoom(this.paceOf(key), isUrgent)) continue;
      const rank = isUrgent ? -1 : this.runningOf.get(key) ?? 0;
      if (!chosen || rank < chosen.rank) chosen = { key, rank };
    }
    return chosen?.key;
  }

  private hasRoom(pace: Pace, isUrgent: boolean): boolean {
    const { fast, unknown, slow } = this.running;
    const max = this.maxConcurrency;
    if (isUrgent) return fast + unknown + slow <= max;
    if (fast + unknown + slow >= max) return false;
    if (pace === 'fast') return true;
    return (
      unknown + slow < Math.max(1, max - 1) &&
      (pace === 'unknown' || slow < Math.max(1, Math.floor(max / 2)))
    );
  }

  private paceOf(key: string): Pace {
    const until = this.slowUntil.get(key);
    if (until === undefined) return 'unknown';
    return until > Date.now() ? 'slow' : 'fast';
  }

  private count(key: string, pace: Pace, change: 1 | -1): void {
    this.running[pace] += change;
    const count = (this.runningOf.get(key) ?? 0) + change;
    if (count > 0) this.runningOf.set(key, count);
    else this.runningOf.delete(key);
  }
}
