import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { sleep, waitFor } from '../../lab/wait.ts';
import {
  expectEnforced,
  ownLabOnly,
  removeOurs,
  usePortal,
  waitForStep,
} from './portalSupport.ts';
import { BACKEND_HOST, ingressGateway, routeTo } from './support.ts';

const GONE_HOST = 'gone.example.com';
/** Long enough that the next try of a reader that backs off is seconds away. */
const AWAY_MS = 20_000;
/** What the API server told must have been taken in by then. */
const LAG_MS = 1_500;

interface Picture {
  isCurrent: boolean;
  hasHost: boolean;
}

describe('the portal and an API server that was away', ownLabOnly, () => {
  const used = usePortal();

  afterEach(async () => {
    const { h } = used;
    await h.lab.startPart('kube-apiserver');
    await removeOurs(h);
    // It backs off as well, and whoever comes next does not expect that.
    await h.lab.restartIstiod();
  });

  async function readPicture(authorization: string): Promise<Picture> {
    const answer = await fetch(
      `${used.portal.url}/api/istio-jwt/v1/entities/component/default/backend/status`,
      { headers: { authorization } },
    );
    assert.equal(answer.status, 200);
    const { freshness, services } = await answer.json();
    return {
      isCurrent: freshness[0].state.kind === 'synced',
      hasHost: JSON.stringify(services).includes(GONE_HOST),
    };
  }

  // With the default deadlines: istiod itself, which backs off too, may follow half a minute later.
  test('an operation goes on once it is back', async () => {
    const { h, portal } = used;
    const api = await portal.open('backend');
    const id = await api.start(
      await api.plan({ kind: 'gateway', hosts: [BACKEND_HOST] }),
    );
    await waitForStep(api, id, 'tokens-checked');
    await h.lab.stopPart('kube-apiserver');
    await h.lab.startPart('kube-apiserver');
    await expectEnforced(h, await api.waitForEnd(id));
  });

  test('what went away meanwhile is never called current', async () => {
    const { h, portal } = used;
    const { kube } = h.lab;
    const authorization = `Bearer ${await portal.signIn()}`;
    const read = () => readPicture(authorization);
    const route = routeTo('backend', {
      name: 'gone',
      host: GONE_HOST,
      gateway: 'gone',
    });
    await h.apply(ingressGateway('gone', [GONE_HOST]), route);
    await waitFor('the portal to know the route', async () => {
      const { isCurrent, hasHost } = await read();
      return isCurrent && hasHost ? true : undefined;
    });
    await h.lab.stopPart('kube-apiserver');
    await sleep(AWAY_MS);
    assert.deepEqual(await read(), { isCurrent: false, hasHost: true });
    await h.lab.startPart('kube-apiserver');
    await kube.remove(route);
    const removedAt = Date.now();
    const wrong: number[] = [];
    let known = await read();
    while (!known.isCurrent || known.hasHost) {
      const after = Date.now() - removedAt;
      assert.ok(after < 90_000, 'the portal never came back');
      if (known.isCurrent && after > LAG_MS) wrong.push(after);
      await sleep(50);
      known = await read();
    }
    console.log(`current again after ${Date.now() - removedAt} ms`);
    assert.deepEqual(wrong, []);
  });
});
