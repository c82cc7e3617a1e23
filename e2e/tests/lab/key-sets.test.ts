import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { waitForStatus } from '../../lab/client.ts';
import { createIssuer, type TestIssuer } from '../../lab/tokens/mint.ts';
import { waitFor } from '../../lab/wait.ts';
import {
  BACKEND_HOST,
  describeBaseMesh,
  eventually,
  expectAnswer,
  INGRESS_SELECTOR,
  openHarness,
  requestAuthentication,
  type Harness,
} from './support.ts';

/**
 * istiod reads every set at one interval: after a failed read of any of them it waits a minute, then
 * twice as long each time.
 */
const AFTER_FAILURE_MS = 100_000;

describe('key sets', { skip: Boolean(process.env.LAB_KUBECONFIG) }, () => {
  let h: Harness;
  let issuer: TestIssuer;
  const name = `down-${process.pid}`;
  const rotated = `rotated-${process.pid}`;
  const gateway = (token?: string) => () =>
    h.atGateway(BACKEND_HOST, { token });
  const trust = (set: string) =>
    requestAuthentication('istio-system', `keys-${set}`, {
      selector: INGRESS_SELECTOR,
      jwtRules: [{ issuer: issuer.issuer, jwksUri: h.lab.jwks.uri(set) }],
    });

  before(async () => {
    h = await openHarness();
    // Sets that cannot be read and that earlier tests left in its memory would slow every read.
    await h.lab.restartIstiod();
    issuer = await createIssuer('https://keys.example', { kid: 'one' });
    await h.apply(...describeBaseMesh());
    await eventually(gateway(), 200);
  });
  after(() => h.cleanUp());

  test('a new key is used without any change of policy', async () => {
    await h.lab.jwks.set(rotated, issuer.jwks);
    await h.apply(trust(rotated));
    const old = await issuer.mint();
    await eventually(gateway('junk'), 401);
    await eventually(gateway(old), 200);
    const next = await createIssuer(issuer.issuer, { kid: 'two' });
    await expectAnswer(
      gateway(await next.mint()),
      401,
      "Jwks doesn't have key to match kid or alg from Jwt",
    );
    await h.lab.jwks.set(rotated, next.jwks);
    await eventually(gateway(await next.mint()), 200);
    await expectAnswer(
      gateway(old),
      401,
      "Jwks doesn't have key to match kid or alg from Jwt",
    );
    await h.remove(trust(rotated));
    await eventually(gateway('junk'), 200);
  });

  test('a set that was read once is kept while its server fails', async () => {
    const kept = `kept-${process.pid}`;
    await h.lab.jwks.set(kept, issuer.jwks);
    await h.apply(trust(kept));
    await eventually(gateway('junk'), 401);
    await eventually(gateway(await issuer.mint()), 200);
    await h.lab.jwks.set(kept, { status: 500 });
    const before500 = await h.lab.jwks.hits(kept);
    await waitFor(
      'a failed read',
      async () =>
        (await h.lab.jwks.hits(kept)) > before500 ? true : undefined,
      { timeoutMs: 30_000 },
    );
    await expectAnswer(gateway(await issuer.mint()), 200);
    await expectAnswer(gateway('junk'), 401);
    await h.lab.jwks.set(kept, { status: 200 });
    await h.remove(trust(kept));
    await eventually(gateway('junk'), 200);
  });

  test('a set that cannot be read: every token is 401, no token still passes; back again after a while', async () => {
    await h.lab.jwks.set(name, { ...issuer.jwks, status: 500 });
    await h.apply(trust(name));
    const token = await issuer.mint();
    const answer = await waitForStatus(gateway(token), 401, {
      timeoutMs: 30_000,
    });
    // The key that istiod puts in the place of the set has no kid, so it is tried for every token.
    assert.equal(answer.body, 'Jwt verification fails');
    await expectAnswer(gateway(), 200);
    await h.lab.jwks.set(name, { ...issuer.jwks, status: 200 });
    await waitForStatus(gateway(token), 200, { timeoutMs: AFTER_FAILURE_MS });
  });
});
