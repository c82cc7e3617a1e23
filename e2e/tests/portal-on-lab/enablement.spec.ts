import { expect, test } from '@playwright/test';
import {
  BACKEND_HOST,
  eventually,
  openHarness,
  RBAC_DENIED,
  type Harness,
} from '../lab/support.ts';
import { NEIGHBOURS, openSharedGateway } from '../lab/portalSupport.ts';
import type { Operation } from '../../lab/portal/EnablementApi.ts';
import { openEnablementApi } from './openEnablementApi.ts';
import { watchNeighbours } from '../lab/watchNeighbours.ts';

let h: Harness;

test.beforeAll(async () => {
  h = await openHarness();
});
test.afterEach(() => h?.cleanUp());

/** What stands in the cluster of what an operation wrote. */
async function listWritten({ changes }: Operation): Promise<string[]> {
  const found = await Promise.all(
    changes.map(({ ref: { apiVersion, kind, namespace, name } }) =>
      h.lab.kube.get({
        apiVersion,
        kind,
        metadata: { namespace, name },
      }),
    ),
  );
  return found.flatMap(object => object?.metadata?.name ?? []);
}

const token = () => h.lab.sample.mint();

test('a shared gateway: the service asks for a token, and four neighbours never notice', async ({
  page,
}) => {
  test.setTimeout(300_000);
  await openSharedGateway(h);
  const api = await openEnablementApi(page, 'backend');
  const neighbours = watchNeighbours(h, NEIGHBOURS, 20);

  const plan = await api.plan({ kind: 'gateway', hosts: [BACKEND_HOST] });
  expect(plan).toMatchObject({ kind: 'planned', pattern: 'host-deny' });
  const enabled = await api.run(plan);
  expect(enabled.phase, JSON.stringify(enabled.steps, null, 1)).toBe('done');
  await eventually(() => h.atGateway(BACKEND_HOST), 403, RBAC_DENIED);
  await eventually(
    async () => h.atGateway(BACKEND_HOST, { token: await token() }),
    200,
  );
  for (const bent of [
    `${BACKEND_HOST}:1234`,
    BACKEND_HOST.toUpperCase(),
    `${BACKEND_HOST}:80`,
  ]) {
    expect((await h.atGateway(bent)).status, bent).toBe(403);
  }
  // Not routed at all, so that nothing is passed by.
  expect((await h.atGateway(`${BACKEND_HOST}.`)).status).toBe(404);
  for (const path of ['//', '/%2f', '/a;b', '/a/../', '/%2e%2e/']) {
    expect((await h.atGateway(BACKEND_HOST, { path })).status, path).toBe(403);
  }
  const options = await h.atGateway(BACKEND_HOST, { method: 'OPTIONS' });
  expect(options.status).toBe(403);

  expect(await listWritten(enabled)).toHaveLength(2);
  const disabled = await api.run(await api.planDisable(enabled.id));
  expect(disabled.phase, JSON.stringify(disabled.steps, null, 1)).toBe('done');
  await eventually(() => h.atGateway(BACKEND_HOST), 200);
  expect(await listWritten(enabled)).toEqual([]);

  const seen = await neighbours.stop();
  console.log(
    `neighbours: ${seen.asked} requests, ${seen.differing.length} answered otherwise`,
  );
  expect(seen.differing).toEqual([]);
  expect(seen.asked).toBeGreaterThan(100);
});
