/** Kubernetes' API server sends a bookmark about every minute, and promises nothing. */
const LEAST_SILENCE_MS = 90_000;

/**
 * How often a server gives a sign of life on watches where nothing changes, as far as it was seen to. A connection
 * that died without a word is known by its silence, and the sooner the more regularly the server speaks.
 */
export class Heartbeat {
  private longestGapMs: number | undefined;
  private heardAt = 0;

  constructor(private readonly now: () => number = Date.now) {}

  /** A watch was opened, or brought something. */
  hear(): void {
    this.heardAt = this.now();
  }

  /** A bookmark came, though nothing had to be told. */
  beat(): void {
    const gap = this.now() - this.heardAt;
    this.longestGapMs = Math.max(this.longestGapMs ?? 0, gap);
    this.hear();
  }

  /** How long a watch may be silent, in milliseconds: at most so long, and that where the server was never heard to beat. */
  boundSilence(mostMs: number): number {
    return this.longestGapMs === undefined
      ? mostMs
      : Math.min(mostMs, Math.max(LEAST_SILENCE_MS, 2 * this.longestGapMs));
  }
}
