import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PortalBackend } from '../../lab/portal/PortalBackend.ts';
import { runPostgres, type Postgres } from '../../lab/portal/postgres.ts';
import { waitFor } from '../../lab/wait.ts';
import {
  BACKEND_HOST,
  eventually,
  openHarness,
  RBAC_DENIED,
  type Harness,
} from './support.ts';
import {
  listOurs,
  openSharedGateway,
  ownLabOnly,
  removeOurs,
  waitForStep,
} from './portalSupport.ts';

describe('the portal on the lab whose PostgreSQL goes away', ownLabOnly, () => {
  let h: Harness;
  let postgres: Postgres;
  let portal: PortalBackend;

  before(async () => {
    h = await openHarness();
    await removeOurs(h);
    postgres = await runPostgres();
    [portal] = await Promise.all([
      PortalBackend.start({ database: postgres.config }),
      openSharedGateway(h),
    ]);
  });
  after(async () => {
    await portal?.stop();
    await postgres?.end();
    await removeOurs(h);
    await h.cleanUp();
  });

  test('nothing is written meanwhile, and it goes on once the database is back', async () => {
    const api = await portal.open('backend');
    const id = await api.start(
      await api.plan({ kind: 'gateway', hosts: [BACKEND_HOST] }),
    );
    await waitForStep(api, id, 'tokens-checked');
    await postgres.stop();
    const standing = await listOurs(h);
    // Longer than the steps up to enforcing take where nothing is in the way.
    await assert.rejects(
      waitFor(
        'a write',
        async () =>
          JSON.stringify(await listOurs(h)) === JSON.stringify(standing)
            ? undefined
            : true,
        { timeoutMs: 10_000 },
      ),
      /in vain/,
    );
    assert.equal((await h.atGateway(BACKEND_HOST)).status, 200);
    await postgres.start();
    const operation = await waitFor(
      'the end',
      () => portal.open('backend').then(open => open.waitForEnd(id)),
      { timeoutMs: 240_000, everyMs: 1000 },
    );
    assert.equal(operation.phase, 'done', operation.outcome);
    assert.equal((await listOurs(h)).length, 2);
    await eventually(() => h.atGateway(BACKEND_HOST), 403, RBAC_DENIED);
  });
});
