/** Exponential back-off with equal jitter: half of the step is fixed, half random. */
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly baseMs: number = 500,
    private readonly maxMs: number = 30_000,
    private readonly random: () => number = Math.random,
  ) {}

  next(): number {
    const step = Math.min(this.maxMs, this.baseMs * 2 ** this.attempt);
    this.attempt = Math.min(this.attempt + 1, 16);
    return step / 2 + (step / 2) * this.random();
  }

  /** Another of the same steps, from the first. */
  renew(): Backoff {
    return new Backoff(this.baseMs, this.maxMs, this.random);
  }

  reset(): void {
    this.attempt = 0;
  }
}
