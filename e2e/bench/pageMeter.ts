import type { CDPSession, Page } from '@playwright/test';

/** What a page was seen to do since it was last asked. */
export interface Smoothness {
  /** Of tasks over 50 ms, in ms. */
  longTasks: number[];
  /** Between two frames, in ms. */
  frameGaps: number[];
}

declare global {
  interface Window {
    pageMeter: {
      longTasks: number[];
      frameGaps: number[];
    };
  }
}

/** Watches tasks and frames from the page's beginning, in the page itself. */
export async function installMeter(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const meter = { longTasks: [] as number[], frameGaps: [] as number[] };
    window.pageMeter = meter;
    new PerformanceObserver(list => {
      list.getEntries().forEach(entry => meter.longTasks.push(entry.duration));
    }).observe({ type: 'longtask', buffered: true });
    let last = performance.now();
    const onFrame = (now: number) => {
      meter.frameGaps.push(now - last);
      last = now;
      requestAnimationFrame(onFrame);
    };
    requestAnimationFrame(onFrame);
  });
}

export async function readMeter(page: Page): Promise<Smoothness> {
  return page.evaluate(() => {
    const { longTasks, frameGaps } = window.pageMeter;
    window.pageMeter.longTasks = [];
    window.pageMeter.frameGaps = [];
    return { longTasks, frameGaps };
  });
}

/**
 * Clicks, and waits until the list says something else and nothing of the page is on its way. All of it in
 * the page, so that only the page's own time counts.
 *
 * @param selector - of what is clicked
 * @returns ms until the first frame after the new rows
 */
export async function timeClick(page: Page, selector: string): Promise<number> {
  return page.evaluate(async target => {
    const read = () =>
      [...document.querySelectorAll('[role=status]')]
        .map(({ textContent }) => textContent ?? '')
        .find(text => /^Services [\d,]+ to /.test(text));
    const before = read();
    const startedAt = performance.now();
    document.querySelector<HTMLElement>(target)!.click();
    const nextFrame = () =>
      new Promise(resolve => {
        requestAnimationFrame(resolve);
      });
    for (;;) {
      await nextFrame();
      const range = read();
      const isThere =
        range !== undefined &&
        range !== before &&
        !document
          .querySelector('[role=grid][aria-label=Services]')
          ?.closest('[aria-busy=true]');
      if (isThere) break;
      if (performance.now() - startedAt > 60_000) {
        throw new Error(`No new rows after a click on ${target}`);
      }
    }
    await nextFrame();
    return performance.now() - startedAt;
  }, selector);
}

/** Scrolls down and up again by the mouse's wheel, as fast as a person does. */
export async function scroll(page: Page): Promise<void> {
  await page.mouse.move(640, 600);
  for (let step = 0; step < 60; step++) {
    await page.mouse.wheel(0, step < 30 ? 400 : -400);
    await page.evaluate(
      () =>
        new Promise(resolve => {
          requestAnimationFrame(resolve);
        }),
    );
  }
}

/** Processor time of the page's main thread so far, in ms. It holds where other processes are busy. */
export async function readThreadTime(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  const found = metrics.find(({ name }) => name === 'TaskDuration');
  return (found?.value ?? 0) * 1000;
}

/** A session in which {@link readThreadTime} tells the processor's time instead of the clock's. */
export async function openSession(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return session;
}

/** Bytes of JavaScript's heap after a collection. */
export async function measureHeap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}
