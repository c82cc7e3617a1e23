import { expect, test, type Page } from '@playwright/test';
import {
  BACKEND_HOST,
  eventually,
  openHarness,
  RBAC_DENIED,
  type Harness,
} from '../lab/support.ts';
import {
  listOurs,
  NEIGHBOURS,
  openSharedGateway,
  removeOurs,
} from '../lab/portalSupport.ts';
import { watchNeighbours } from '../lab/watchNeighbours.ts';
import { overviewOf, runProbes, tabOf } from '../portal/portal.ts';

const URL = `http://${BACKEND_HOST}`;
const OVER = { timeout: 120_000 };

let h: Harness;

test.beforeAll(async () => {
  h = await openHarness();
  await removeOurs(h);
});
test.afterEach(async () => {
  await removeOurs(h);
  await h.cleanUp();
});

/** Nothing is started before every warning has been read. */
async function acceptWarnings(page: Page): Promise<void> {
  const warnings = page
    .getByRole('group', { name: 'What the plan cannot know' })
    .getByRole('checkbox');
  for (const warning of await warnings.all()) {
    await warning.check({ force: true });
  }
}

test('from the entity page to enforced and back, while four neighbours never notice', async ({
  page,
}) => {
  test.setTimeout(420_000);
  await openSharedGateway(h);
  const neighbours = watchNeighbours(h, NEIGHBOURS, 20);
  const wayIn = page.getByRole('article', { name: URL });

  await test.step('plan', async () => {
    await page.goto(overviewOf('backend'));
    await page
      .getByRole('link', { name: 'Require a token' })
      .click({ timeout: 60_000 });
    await expect(
      page.getByRole('checkbox', { name: new RegExp(BACKEND_HOST) }),
    ).toBeChecked({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Make a plan' }).click();
    await expect(
      page
        .getByRole('table', { name: `Answers of ${URL}` })
        .getByRole('row')
        .filter({ hasText: 'No token' }),
    ).toContainText(`403 ${RBAC_DENIED}`, { timeout: 60_000 });
    await expect(
      page.getByText('A DENY for these hosts on a shared gateway').first(),
    ).toBeVisible();
  });

  await test.step('enable', async () => {
    await acceptWarnings(page);
    await page.getByRole('button', { name: 'Enable', exact: true }).click();
    await expect(
      page.getByText('A token is required: enforced, and proved'),
    ).toBeVisible(OVER);
    await eventually(() => h.atGateway(BACKEND_HOST), 403, RBAC_DENIED);
    expect(await listOurs(h)).toHaveLength(2);
  });

  await test.step('the way in is enforced, and every probe of it agrees', async () => {
    await page.goto(tabOf('backend'));
    await expect(wayIn).toContainText('Enforced', { timeout: 60_000 });
    await runProbes(page);
    const over = await page
      .getByRole('status')
      .filter({ hasText: 'Probes are over' })
      .innerText();
    expect(over).not.toContain('disagree');
    expect(Number(/(\d+) agree/.exec(over)?.[1])).toBeGreaterThan(50);
    const rows = page
      .getByRole('table', { name: new RegExp(`Probes of .*${BACKEND_HOST}`) })
      .getByRole('row');
    for (const probe of ['No token', 'Valid token']) {
      await expect(
        rows.filter({ hasText: probe }).filter({ hasText: 'Agrees' }),
      ).toHaveCount(1);
    }
    await expect(wayIn).toContainText('Enforced');
  });

  await test.step('disable', async () => {
    await page.getByRole('link', { name: 'Stop requiring a token' }).click();
    await page.getByRole('button', { name: 'Make a plan' }).click();
    const stop = page.getByRole('button', { name: 'Stop requiring a token' });
    await expect(stop).toBeVisible({ timeout: 60_000 });
    await acceptWarnings(page);
    await stop.click();
    await expect(
      page.getByText('A token is not required any more'),
    ).toBeVisible(OVER);
    await eventually(() => h.atGateway(BACKEND_HOST), 200);
    expect(await listOurs(h)).toEqual([]);
    await page.goto(tabOf('backend'));
    await expect(wayIn).toContainText('Open', { timeout: 60_000 });
  });

  const seen = await neighbours.stop();
  console.log(
    `neighbours: ${seen.asked} requests, ${seen.differing.length} answered otherwise`,
  );
  expect(seen.differing).toEqual([]);
  expect(seen.asked).toBeGreaterThan(200);
});
