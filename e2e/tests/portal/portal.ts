import { AxeBuilder } from '@axe-core/playwright';
import { expect, Page } from '@playwright/test';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An operation is over by then. */
export const OVER = { timeout: 90_000 };

export const SANDBOX = 'http://127.0.0.1:7481';

const imagesDir = fileURLToPath(
  new URL('../../../docs/images', import.meta.url),
);

const picturesDir = fileURLToPath(
  new URL('../../test-results/pictures', import.meta.url),
);

/** Puts the sandbox's mesh back to its start. */
export async function resetSandbox(): Promise<void> {
  const response = await fetch(`${SANDBOX}/sandbox/reset`, { method: 'POST' });
  expect(response.ok).toBe(true);
}

/** Calls the sandbox's Kubernetes API as curl would. */
export async function callKubernetes(
  method: string,
  path: string,
  body?: unknown,
  contentType = 'application/json',
): Promise<void> {
  const response = await fetch(`${SANDBOX}${path}`, {
    method,
    headers: body ? { 'content-type': contentType } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  expect(response.status, await response.text()).toBeLessThan(300);
}

export function overviewOf(name: string): string {
  return `/catalog/default/component/${name}`;
}

export function tabOf(name: string): string {
  return `${overviewOf(name)}/istio-jwt`;
}

/** The card of the overview, or the whole JWT tab: what is the plugin's own on the page. */
export function main(page: Page) {
  return page.locator('main').last();
}

/** Within a minute of a change what differs is asked again once that minute is over. */
const PROBED = { timeout: 100_000 };

/** Runs probes from the page in view and waits for their end. */
export async function runProbes(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run probes' }).click();
  await expect(
    page.getByRole('status').filter({ hasText: 'Probes are over' }),
  ).toBeAttached(PROBED);
}

/** Opens the page and waits for the list; the index is built in the background. */
export async function openCoverage(page: Page, query = ''): Promise<void> {
  await page.goto(`/jwt-coverage${query}`);
  const list = /view=/.test(query)
    ? page.getByRole('tabpanel').getByRole('article').first()
    : page.getByRole('grid', { name: 'Services' });
  await expect(list).toBeVisible({ timeout: 60_000 });
}

/** Of a service in the list of the coverage. */
export function rowOf(page: Page, name: string) {
  return page
    .getByRole('grid', { name: 'Services' })
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name, exact: true }) });
}

/** Nothing serious in what is the plugin's own: the portal's header and navigation are not. */
export async function expectAccessible(
  page: Page,
  within = 'section[aria-labelledby]',
): Promise<void> {
  // A button that has just become active is on its way from one colour to the other.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter(animation => animation instanceof CSSTransition)
        .map(({ finished }) => finished),
    ),
  );
  const { violations } = await new AxeBuilder({ page })
    .include(within)
    .analyze();
  expect(
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html)}`),
  ).toEqual([]);
}

/** Those that the README shows, as large as the window; others are of the whole page. */
const OF_THE_README = ['card', 'tab', 'drift', 'plan', 'coverage'];

/**
 * A picture of the screen, for whoever looks at a run, in `PICTURES` or `e2e/test-results/pictures`.
 * `yarn screenshots` also puts those of the README in their place.
 */
export async function takePicture(page: Page, name: string): Promise<void> {
  const isDark = await page.evaluate(
    () => matchMedia('(prefers-color-scheme: dark)').matches,
  );
  const file = join(
    process.env.PICTURES ?? picturesDir,
    `${name}-${isDark ? 'dark' : 'light'}.png`,
  );
  const isOfReadme = OF_THE_README.includes(name);
  await page.screenshot({ path: file, fullPage: !isOfReadme });
  if (isOfReadme && !isDark && process.env.README_PICTURES) {
    copyFileSync(file, join(imagesDir, `${name}.png`));
  }
}

/** Says yes to everything that a plan on the page cannot know. */
export async function acceptWarnings(page: Page): Promise<void> {
  const warnings = page
    .getByRole('group', { name: 'What the plan cannot know' })
    .getByRole('checkbox');
  for (const warning of await warnings.all()) {
    await warning.check({ force: true });
  }
}
