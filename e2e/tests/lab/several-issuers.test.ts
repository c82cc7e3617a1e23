import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createIssuer, type TestIssuer } from '../../lab/tokens/mint.ts';
import {
  describeBaseMesh,
  ECHO_HOST,
  eventually,
  expectAnswer,
  INGRESS_SELECTOR,
  mintExpired,
  openHarness,
  readReceived,
  requestAuthentication,
  type Harness,
} from './support.ts';

const NO_TOKEN = /^Jwt is not in the form/;
const WRONG_ISSUER = 'Jwt issuer is not configured';
const FORGED = 'Jwt verification fails';

const bearer = (token: string) => `Bearer ${token}`;
const forge = (token: string) => `${token.slice(0, -6)}AAAAAA`;

describe('a gateway that trusts two issuers', () => {
  let h: Harness;
  let other: TestIssuer;
  let own: string;
  let others: string;

  const ask = (header: string | string[], query?: string) =>
    h.atGateway(ECHO_HOST, {
      headers: { authorization: header },
      ...(query ? { path: `/?access_token=${query}` } : {}),
    });

  /** Writes two rules and waits until the gateway shows that it has them. */
  async function trustBoth(forwardOwn: boolean, forwardOther: boolean) {
    const marker = `x-own-${forwardOwn}-${forwardOther}`;
    await h.apply(
      requestAuthentication('istio-system', 'two-issuers', {
        selector: INGRESS_SELECTOR,
        jwtRules: [
          {
            ...h.jwtRule,
            forwardOriginalToken: forwardOwn,
            outputClaimToHeaders: [{ header: marker, claim: 'iss' }],
          },
          {
            issuer: other.issuer,
            jwks: JSON.stringify(other.jwks),
            forwardOriginalToken: forwardOther,
            outputClaimToHeaders: [{ header: 'x-other', claim: 'iss' }],
          },
        ],
      }),
    );
    await eventually(async () => {
      const answer = await ask(bearer(own));
      return answer.status === 200 && readReceived(answer)[marker]
        ? answer
        : { status: 0, body: answer.body };
    }, 200);
  }

  before(async () => {
    h = await openHarness();
    other = await createIssuer('other-issuer');
    own = await h.lab.sample.mint();
    others = await other.mint();
    await h.apply(...describeBaseMesh());
    await eventually(() => h.atGateway(ECHO_HOST), 200);
  });
  after(() => h.cleanUp());

  /** Whether the own and the other issuer's tokens are forwarded; answers with each of them in front. */
  const table: [boolean, boolean, number, number][] = [
    [false, false, 200, 200],
    [true, true, 401, 401],
    [true, false, 200, 401],
    [false, true, 401, 401],
  ];
  const expectBoth = async (first: number, last: number): Promise<void> => {
    const bodyOf = (status: number) =>
      status === 401 ? WRONG_ISSUER : undefined;
    await expectAnswer(() => ask(bearer(own), others), first, bodyOf(first));
    await expectAnswer(() => ask(bearer(others), own), last, bodyOf(last));
  };
  for (const [forwardOwn, forwardOther, first, last] of table) {
    test(`takes a token of each as each is forwarded: ${forwardOwn}, ${forwardOther}`, async () => {
      await trustBoth(forwardOwn, forwardOther);
      await expectBoth(first, last);
    });
  }

  test('the token that was verified last makes the headers', async () => {
    await trustBoth(false, false);
    const answer = await ask(bearer(others), own);
    assert.equal(answer.status, 200);
    const received = readReceived(answer);
    assert.deepEqual(received['x-other'], [other.issuer]);
    assert.equal(received['x-own-false-false'], undefined);
    assert.equal(received.authorization, undefined);
  });

  test('a header that another rule writes is taken out, though that rule did not run', async t => {
    await trustBoth(false, false);
    const forged = { 'x-own-false-false': 'forged' };
    const answer = await h.atGateway(ECHO_HOST, {
      headers: { authorization: bearer(others), ...forged },
    });
    assert.equal(answer.status, 200);
    const received = readReceived(answer);
    assert.deepEqual(received['x-other'], [other.issuer]);
    // Envoy before August 2026 leaves it; the engine knows of neither.
    if (h.lab.state.istioLine === '1.30') t.skip('not seen on this line');
    else assert.equal(received['x-own-false-false'], undefined);
  });

  test('refuses where one of them is forged or expired, and names the reason of the last provider that looked', async () => {
    await trustBoth(false, false);
    await expectAnswer(() => ask(bearer(own), forge(own)), 401, FORGED);
    await expectAnswer(() => ask(bearer(forge(own)), others), 401, FORGED);
    const expired = await mintExpired(h.lab);
    await expectAnswer(() => ask(bearer(expired), forge(others)), 401, FORGED);
  });

  test('two tokens in one Authorization are none', async () => {
    await trustBoth(false, false);
    await expectAnswer(() => ask([bearer(own), bearer(own)]), 401, NO_TOKEN);
    await expectAnswer(() => ask([bearer(own), bearer(others)]), 401, NO_TOKEN);
  });

  test('a token is found behind any text that holds `Bearer `', async () => {
    await trustBoth(false, false);
    for (const text of [`xx ${bearer(own)}`, `Bearer   ${own}`]) {
      await expectAnswer(() => ask(text), 200);
    }
    await expectAnswer(() => ask('Bearer ??'), 401, NO_TOKEN);
    await expectAnswer(() => ask('Bearer'), 200);
  });
});
