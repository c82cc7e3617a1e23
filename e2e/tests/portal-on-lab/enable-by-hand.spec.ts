import { expect, test, type Page } from '@playwright/test';
import type { Answer } from '../../lab/client.ts';
import {
  BACKEND_HOST,
  eventually,
  openHarness,
  peerAuthentication,
  RBAC_DENIED,
  type Harness,
} from '../lab/support.ts';
import {
  describeOwnGateway,
  listOurs,
  NEIGHBOURS,
  openSharedGateway,
  OWN_HOST,
  removeOurs,
} from '../lab/portalSupport.ts';
import { readConfiguration } from '../lab/readConfiguration.ts';
import { watchNeighbours } from '../lab/watchNeighbours.ts';
import { main, overviewOf, runProbes, tabOf } from '../portal/portal.ts';

const OVER = { timeout: 120_000 };
/** The portal and its picture of the cluster may be new. */
const SOON = { timeout: 60_000 };

let h: Harness;

test.beforeAll(async () => {
  h = await openHarness();
  await removeOurs(h);
});
test.afterEach(async () => {
  await removeOurs(h);
  await h.cleanUp();
});

const token = () => h.lab.sample.mint();

/** Nothing is started before every warning has been read. */
async function acceptWarnings(page: Page): Promise<void> {
  const warnings = page
    .getByRole('group', { name: 'What the plan cannot know' })
    .getByRole('checkbox');
  for (const warning of await warnings.all()) {
    await warning.check({ force: true });
  }
}

interface WayIn {
  /** As people read it. */
  url: string;
  /** What the plan has to say of how. */
  pattern: string;
  ask(withToken: boolean): Promise<Answer>;
  /** How many ask on it: this portal, or a prober of each identity in the mesh. */
  callers: number;
  /** Present where the service has no other way in: what the card says of it then. */
  meaning?: string;
}

/** From the entity page to enforced and back, by clicks alone; then everything has to be as before. */
async function enableAndDisable(page: Page, wayIn: WayIn): Promise<void> {
  const { url, pattern, ask } = wayIn;
  const before = await readConfiguration(h);

  await test.step('plan', async () => {
    await page.goto(overviewOf('backend'));
    await page.getByRole('link', { name: 'Require a token' }).click(SOON);
    await expect(
      page.getByRole('checkbox', { name: new RegExp(url) }),
    ).toBeChecked(SOON);
    await page.getByRole('button', { name: 'Make a plan' }).click();
    await expect(
      page
        .getByRole('table', { name: `Answers of ${url}` })
        .getByRole('row')
        .filter({ hasText: 'No token' }),
    ).toContainText(`403 ${RBAC_DENIED}`, SOON);
    await expect(page.getByRole('heading', { name: pattern })).toBeVisible();
    expect(await readConfiguration(h)).toEqual(before);
  });

  await test.step('enable', async () => {
    await acceptWarnings(page);
    await page.getByRole('button', { name: 'Enable', exact: true }).click();
    await expect(
      page.getByText('A token is required: enforced, and proved'),
    ).toBeVisible(OVER);
    await eventually(() => ask(false), 403, RBAC_DENIED);
    await eventually(() => ask(true), 200);
    expect(await listOurs(h)).toHaveLength(2);
  });

  await test.step('the card says that it is enforced, and every probe agrees', async () => {
    await page.goto(overviewOf('backend'));
    await expect(
      main(page).getByRole('listitem').filter({ hasText: url }),
    ).toContainText('Enforced', SOON);
    if (wayIn.meaning) {
      await expect(main(page).getByText(wayIn.meaning).first()).toBeVisible();
    }
    await page.goto(tabOf('backend'));
    await expectProbesAgree(page, wayIn);
  });

  await test.step('disable', async () => {
    await page.getByRole('link', { name: 'Stop requiring a token' }).click();
    await page.getByRole('button', { name: 'Make a plan' }).click();
    const stop = page.getByRole('button', { name: 'Stop requiring a token' });
    await expect(stop).toBeVisible(SOON);
    await acceptWarnings(page);
    await stop.click();
    await expect(
      page.getByText('A token is not required any more'),
    ).toBeVisible(OVER);
    await eventually(() => ask(false), 200);
    expect(await readConfiguration(h)).toEqual(before);
    await page.goto(overviewOf('backend'));
    await expect(
      main(page).getByRole('listitem').filter({ hasText: url }),
    ).toContainText('Open', SOON);
    const history = page.getByRole('region', { name: 'History' });
    await page.goto(tabOf('backend'));
    await history.getByRole('button', { name: 'Show as tables' }).click(SOON);
    const changes = history.getByRole('table', { name: 'Changes of state' });
    await expect(changes).toContainText('Enforced');
    await expect(changes).not.toContainText('Drift');
  });
}

async function expectProbesAgree(
  page: Page,
  { url, callers }: WayIn,
): Promise<void> {
  const wayIn = page.getByRole('article', { name: url });
  await expect(wayIn).toContainText('Enforced', SOON);
  await runProbes(page);
  const over = await page
    .getByRole('status')
    .filter({ hasText: 'Probes are over' })
    .innerText();
  expect(over).not.toContain('disagree');
  expect(Number(/(\d+) agree/.exec(over)?.[1])).toBeGreaterThan(50);
  const rows = page
    .getByRole('table', { name: new RegExp(`Probes of ${url}`) })
    .getByRole('row');
  for (const probe of ['No token', 'Valid token']) {
    await expect(
      rows.filter({ hasText: probe }).filter({ hasText: 'Agrees' }),
    ).toHaveCount(callers);
  }
  await expect(wayIn).toContainText('Enforced');
}

test('a host of a shared gateway, while four neighbours never notice', async ({
  page,
}) => {
  test.setTimeout(420_000);
  await openSharedGateway(h);
  const neighbours = watchNeighbours(h, NEIGHBOURS, 20);
  await enableAndDisable(page, {
    url: `http://${BACKEND_HOST}`,
    pattern: 'A DENY for these hosts on a shared gateway',
    ask: async withToken =>
      h.atGateway(BACKEND_HOST, withToken ? { token: await token() } : {}),
    callers: 1,
  });
  const seen = await neighbours.stop();
  console.log(
    `neighbours: ${seen.asked} requests, ${seen.differing.length} answered otherwise`,
  );
  expect(seen.differing).toEqual([]);
  expect(seen.asked).toBeGreaterThan(200);
});

test('a Gateway of the Gateway API of its own', async ({ page }) => {
  test.setTimeout(420_000);
  await h.apply(...describeOwnGateway());
  const ask = async (withToken: boolean) =>
    h.lab.ask(h.lab.gateways.gatewayApi, '/', {
      host: OWN_HOST,
      headers: withToken ? { authorization: `Bearer ${await token()}` } : {},
    });
  await eventually(() => ask(false), 200);
  await enableAndDisable(page, {
    url: `http://${OWN_HOST}`,
    pattern: 'A policy on the Gateway of this service',
    ask,
    callers: 1,
  });
});

test('a workload, for callers in the mesh', async ({ page }) => {
  test.setTimeout(420_000);
  await h.apply(
    peerAuthentication('istio-system', 'default', { mtls: { mode: 'STRICT' } }),
  );
  await eventually(() => h.fromPod('frontend'), 200);
  await enableAndDisable(page, {
    url: 'http://backend.default.svc.cluster.local',
    pattern: 'Policies on the workload itself',
    ask: async withToken =>
      h.fromPod('frontend', withToken ? { token: await token() } : {}),
    callers: 2,
    meaning: 'A valid token is required.',
  });
});
