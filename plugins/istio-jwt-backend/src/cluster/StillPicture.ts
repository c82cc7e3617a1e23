import { setTimeout as sleep } from 'node:timers/promises';

/** For so long changes come in before they have to wait again. */
const OPEN_MS = 50;
const MAX_MS = 10_000;

export interface StillPictureOptions {
  /** Makes the tables that all answers share. */
  prepare: () => Promise<void>;
  /** The picture stands still for so long at least. Default: 1 s. */
  minMs?: number;
  /** And for so long at most. Default: 10 s. */
  maxMs?: number;
}

/**
 * Lets one reader look at the whole of a cluster while it changes. After each change the tables that all
 * Services share are made anew, so that a reader of 50,000 Services who meets several changes a second would
 * never come to the end. So changes wait while somebody reads, and come in together now and then: after four
 * times as long as making the tables took, so that most of the time is left for reading.
 */
export class StillPicture {
  private gate?: {
    opened: Promise<void>;
    open: () => void;
    timer: NodeJS.Timeout;
  };
  private dueAt = Infinity;
  private isEnded = false;

  constructor(private readonly options: StillPictureOptions) {}

  /** To be awaited before a change is taken in. Undefined: at once. */
  admit(): Promise<void> | undefined {
    return this.gate?.opened;
  }

  /**
   * @param work - reads, and calls `rest` again and again: there changes come in where it is time
   */
  async read<T>(work: (rest: () => Promise<void>) => Promise<T>): Promise<T> {
    try {
      await this.begin();
      return await work(() => this.rest());
    } finally {
      this.release();
    }
  }

  /** Nothing has to wait any more. */
  end(): void {
    this.isEnded = true;
    this.release();
  }

  private async rest(): Promise<void> {
    if (performance.now() < this.dueAt) return;
    this.release();
    await sleep(OPEN_MS);
    await this.begin();
  }

  private async begin(): Promise<void> {
    const { prepare, minMs = 1000, maxMs = MAX_MS } = this.options;
    this.hold(maxMs);
    const startedAt = performance.now();
    await prepare();
    const now = performance.now();
    this.dueAt = now + Math.min(maxMs, Math.max(minMs, 4 * (now - startedAt)));
  }

  private hold(maxMs: number): void {
    if (this.isEnded || this.gate) return;
    let open = () => {};
    const opened = new Promise<void>(resolve => {
      open = resolve;
    });
    // A reader that waits for something itself, such as a database, does not keep answers old.
    const timer = setTimeout(() => this.release(), maxMs);
    timer.unref();
    this.gate = { opened, open, timer };
  }

  private release(): void {
    if (!this.gate) return;
    clearTimeout(this.gate.timer);
    this.gate.open();
    this.gate = undefined;
  }
}
