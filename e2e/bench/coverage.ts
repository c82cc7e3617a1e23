/**
 * Measures the coverage page of a large mesh in a real browser: until the first page of the list is there,
 * until a filter has answered, and whether scrolling and going through many pages stays smooth and small.
 *
 * Run: yarn workspace e2e bench:coverage [--services 10000] [--database postgres|sqlite] [--pages 100]
 *   [--entities 200] services with a catalog entity  [--trace] what the first page waits for
 */
import { chromium, type Browser, type Page } from '@playwright/test';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { browser as settings } from '../playwrightBrowser.ts';
import { describeTimes, Goals, quantile } from './goals.ts';
import {
  installMeter,
  measureHeap,
  openSession,
  readMeter,
  readThreadTime,
  scroll,
  timeClick,
} from './pageMeter.ts';
import { startLargePortal, type BenchDatabase } from './startLargePortal.ts';
import { traceRequests } from './traceRequests.ts';

/* eslint-disable no-console */

const FIRST_PAGE_MS = 1000;
const FILTER_MS = 300;
/** What a press may take until something is seen, by Interaction to Next Paint: "good". */
const LONGEST_TASK_MS = 200;
const FRAME_GAP_MS = 100;
const PAGE_CPU_MS = 250;
const HEAP_GROWTH_MB = 20;
const VISITS = 5;
const NEXT = '[aria-label="Next table page"]';
const COVERAGE = 'a[href="/jwt-coverage"]';
const LIST = '[role=grid][aria-label=Services]';

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '10000' },
    entities: { type: 'string', default: '200' },
    database: { type: 'string', default: 'postgres' },
    pages: { type: 'string', default: '100' },
    trace: { type: 'boolean', default: false },
  },
});
const goals = new Goals();

/** The portal's first page, with everything on it there. */
async function openPortal(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: settings.viewport,
    baseURL: url,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await installMeter(page);
  await page.goto('/');
  await page.locator(COVERAGE).waitFor();
  await page.waitForLoadState('networkidle');
  return page;
}

/** By a click in the navigation of a portal that was just opened, and once more after another page. */
async function measureFirstPages(browser: Browser, url: string) {
  const times: number[] = [];
  const again: number[] = [];
  for (let visit = 0; visit < VISITS; visit++) {
    const page = await openPortal(browser, url);
    const trace = values.trace ? traceRequests(page) : undefined;
    times.push(await timeClick(page, COVERAGE));
    trace?.print();
    await page.locator('a[href="/"]').first().click();
    await page.locator(LIST).waitFor({ state: 'detached' });
    await page.waitForLoadState('networkidle');
    again.push(await timeClick(page, COVERAGE));
    await page.context().close();
  }
  console.log(`  first page of the list: ${describeTimes(times)}`);
  console.log(`  the same, seen before: ${describeTimes(again)}`);
  goals.judge('first page, median', quantile(times, 0.5), FIRST_PAGE_MS, 'ms');
}

/** The commonest state on and off again, several times. */
async function measureFilters(page: Page) {
  const buttons = '[aria-label="Services by state"] > button';
  const counts = await page
    .locator(buttons)
    .evaluateAll(found =>
      found.map(({ textContent }) =>
        Number(
          (/^[\d,]+/.exec(textContent ?? '')?.[0] ?? '0').replace(/,/g, ''),
        ),
      ),
    );
  const place = counts.indexOf(Math.max(...counts)) + 1;
  const times: number[] = [];
  for (let turn = 0; turn < 10; turn++) {
    times.push(await timeClick(page, `${buttons}:nth-child(${place})`));
  }
  console.log(`  a filter, until its rows are there: ${describeTimes(times)}`);
  goals.judge('filter, median', quantile(times, 0.5), FILTER_MS, 'ms');
}

async function measurePaging(page: Page) {
  const session = await openSession(page);
  await readMeter(page);
  const heapBefore = await measureHeap(session);
  const threadBefore = await readThreadTime(session);
  const times: number[] = [];
  for (let turn = 0; turn < Number(values.pages); turn++) {
    times.push(await timeClick(page, NEXT));
  }
  const threadMs = (await readThreadTime(session)) - threadBefore;
  const { longTasks } = await readMeter(page);
  const heapAfter = await measureHeap(session);
  console.log(`  a page on: ${describeTimes(times)}`);
  goals.judge(
    'processor time of a page on, mean',
    threadMs / times.length,
    PAGE_CPU_MS,
    'ms',
  );
  goals.judge(
    'longest task of 95 % of the pages',
    quantile(longTasks, 0.95),
    LONGEST_TASK_MS,
    'ms',
  );
  const [before, after] = [heapBefore / 1e6, heapAfter / 1e6];
  console.log(`  heap: ${before.toFixed(1)} MB, then ${after.toFixed(1)} MB`);
  goals.judge(
    `heap grown over ${times.length} pages`,
    after - before,
    HEAP_GROWTH_MB,
    'MB',
  );
}

async function measureScrolling(page: Page) {
  await page.locator(LIST).scrollIntoViewIfNeeded();
  await readMeter(page);
  await scroll(page);
  const { frameGaps } = await readMeter(page);
  console.log(`  frames while scrolling: ${describeTimes(frameGaps)}`);
  goals.judge(
    'time between frames while scrolling, p95',
    quantile(frameGaps, 0.95),
    FRAME_GAP_MS,
    'ms',
  );
}

async function main(): Promise<number> {
  const services = Number(values.services);
  const portal = await startLargePortal({
    services,
    entities: Number(values.entities),
    database: values.database as BenchDatabase,
  });
  const browser = await chromium.launch(settings.launchOptions);
  try {
    const [load] = loadavg();
    console.log(
      `${services} services, ${values.database}; ${
        cpus().length
      } cores, load ${load.toFixed(1)}`,
    );
    await measureFirstPages(browser, portal.url);
    const page = await openPortal(browser, portal.url);
    await timeClick(page, COVERAGE);
    await measureFilters(page);
    await measurePaging(page);
    await measureScrolling(page);
  } finally {
    await browser.close();
    await portal.stop();
  }
  return goals.missed.length;
}

main().then(
  missed => process.exit(missed > 0 ? 1 : 0),
  error => {
    console.error(error);
    process.exit(1);
  },
);
