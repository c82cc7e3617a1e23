/**
 * Loaded into the backend with `--import`: appends a line of JSON with its memory and the lag of its event
 * loop to the file that SOAK_REPORT names. With `--expose-gc` the heap is what is left after a collection.
 */
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Sample } from './judge.ts';

const EVERY_MS = 15_000;

const file = process.env.SOAK_REPORT;
if (file) {
  const lag = monitorEventLoopDelay({ resolution: 10 });
  let unhandled = 0;
  process.on('unhandledRejection', () => {
    unhandled += 1;
  });
  lag.enable();
  setInterval(() => {
    const toMs = (nanoseconds: number) => Math.round(nanoseconds / 1e6);
    const lagP99Ms = toMs(lag.percentile(99));
    const lagMaxMs = toMs(lag.max);
    const rss = process.memoryUsage.rss();
    globalThis.gc?.();
    const sample: Sample = {
      at: Date.now(),
      rss,
      heap: process.memoryUsage().heapUsed,
      lagP99Ms,
      lagMaxMs,
      unhandled,
    };
    appendFileSync(file, `${JSON.stringify(sample)}\n`);
    // The collection is the soak's own pause, and seen once the loop has turned.
    setTimeout(() => lag.reset(), 100).unref();
  }, EVERY_MS).unref();
}
