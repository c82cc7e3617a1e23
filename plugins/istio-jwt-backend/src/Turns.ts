import { setImmediate as nextTurn } from 'node:timers/promises';

/** The event loop is left to others after this much work at a stretch. */
const SLICE_MS = 4;

/** Cuts long work into short slices. */
export class Turns {
  private sliceStartedAt = performance.now();

  /** A slice starts: what came before was waiting. */
  restart(): void {
    this.sliceStartedAt = performance.now();
  }

  /** Lets others run where the present slice is over. */
  async yield(): Promise<void> {
    if (performance.now() - this.sliceStartedAt > SLICE_MS) {
      await nextTurn();
      this.sliceStartedAt = performance.now();
    }
  }
}
