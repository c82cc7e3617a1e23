import type { Page, Request } from '@playwright/test';

/* eslint-disable no-console */

/** Notes the requests of a page from now on, for a look at what it waits for. */
export function traceRequests(page: Page): { print(): void } {
  const startedAt = Date.now();
  const lines: { at: number; text: string }[] = [];
  const note = async (request: Request) => {
    const { startTime, responseStart, responseEnd } = request.timing();
    const sizes = await request.sizes().catch(() => undefined);
    const at = startTime - startedAt;
    const path =
      new URL(request.url()).pathname + new URL(request.url()).search;
    lines.push({
      at,
      text: `    ${at.toFixed(0)} ms: answered after ${responseStart.toFixed(
        0,
      )} ms, read after ${responseEnd.toFixed(0)} ms, ${(
        (sizes?.responseBodySize ?? 0) / 1e3
      ).toFixed(0)} kB ${path.slice(0, 100)}`,
    });
  };
  page.on('requestfinished', note);
  return {
    print: () => {
      page.off('requestfinished', note);
      lines
        .sort((a, b) => a.at - b.at)
        .forEach(({ text }) => console.log(text));
    },
  };
}
