import { PerformanceObserver } from 'node:perf_hooks';

/** What the garbage collector kept the event loop from, in ms. */
export interface Collections {
  total: number;
  longest: number;
}

/** Watches the garbage collector. @returns ends that, and tells what was seen */
export function watchCollections(): () => Collections {
  const seen: Collections = { total: 0, longest: 0 };
  const observer = new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) {
      seen.total += duration;
      seen.longest = Math.max(seen.longest, duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => {
    observer.disconnect();
    return seen;
  };
}
