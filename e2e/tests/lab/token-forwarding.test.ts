import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Answer } from '../../lab/client.ts';
import {
  describeBaseMesh,
  ECHO_HOST,
  eventually,
  INGRESS_SELECTOR,
  openHarness,
  readReceived,
  requestAuthentication,
  type Harness,
} from './support.ts';

describe('what reaches the workload of a token', () => {
  let h: Harness;
  let token: string;
  const authentication = (more: object) =>
    requestAuthentication('istio-system', 'forwarding', {
      selector: INGRESS_SELECTOR,
      jwtRules: [{ ...h.jwtRule, ...more }],
    });
  const readPath = (answer: Answer): string => JSON.parse(answer.body).path;

  /** Asks until the answer shows what `isApplied` looks for: 200 comes with every configuration. */
  async function askUntil(
    options: Parameters<Harness['atGateway']>[1],
    isApplied: (answer: Answer) => boolean,
  ): Promise<Answer> {
    return eventually(async () => {
      const answer = await h.atGateway(ECHO_HOST, options);
      return isApplied(answer) ? answer : { status: 0, body: answer.body };
    }, 200);
  }

  before(async () => {
    h = await openHarness();
    token = await h.lab.sample.mint({
      name: 'ada',
      age: 36,
      admin: true,
      groups: ['a', 'b'],
      nested: { key: 'value' },
    });
    await h.apply(...describeBaseMesh());
    await eventually(() => h.atGateway(ECHO_HOST), 200);
  });
  after(() => h.cleanUp());

  test('without a RequestAuthentication everything arrives', async () => {
    const answer = await h.atGateway(ECHO_HOST, { token });
    assert.deepEqual(readReceived(answer).authorization, [`Bearer ${token}`]);
  });

  test('a checked token is taken out of the header and of the query', async () => {
    await h.apply(authentication({}));
    const answer = await askUntil(
      { token },
      seen => readReceived(seen).authorization === undefined,
    );
    assert.equal(readReceived(answer).authorization, undefined);
    const query = await h.atGateway(ECHO_HOST, {
      path: `/x?a=1&access_token=${token}&b=2`,
    });
    assert.equal(query.status, 200);
    assert.equal(readPath(query), '/x?a=1&b=2');
  });

  test('with forwardOriginalToken it arrives', async () => {
    await h.apply(authentication({ forwardOriginalToken: true }));
    const answer = await askUntil(
      { token },
      seen => readReceived(seen).authorization !== undefined,
    );
    assert.deepEqual(readReceived(answer).authorization, [`Bearer ${token}`]);
  });

  test('a token in a cookie is checked and arrives nevertheless', async () => {
    await h.apply(authentication({ fromCookies: ['session'] }));
    await eventually(
      () => h.atGateway(ECHO_HOST, { headers: { cookie: 'session=junk' } }),
      401,
    );
    const answer = await h.atGateway(ECHO_HOST, {
      headers: { cookie: `session=${token}` },
    });
    assert.equal(answer.status, 200);
    assert.deepEqual(readReceived(answer).cookie, [`session=${token}`]);
  });

  test('claims become headers, lists as base64 of their JSON, and nobody can bring his own', async () => {
    await h.apply(
      authentication({
        outputPayloadToHeader: 'x-payload',
        outputClaimToHeaders: [
          { header: 'x-name', claim: 'name' },
          { header: 'x-age', claim: 'age' },
          { header: 'x-admin', claim: 'admin' },
          { header: 'x-groups', claim: 'groups' },
          { header: 'x-nested', claim: 'nested.key' },
        ],
      }),
    );
    const spoofed = {
      'x-payload': 'forged',
      'x-name': 'forged',
      'x-groups': 'forged',
    };
    const anonymous = await askUntil(
      { headers: spoofed },
      seen => readReceived(seen)['x-name'] === undefined,
    );
    for (const name of Object.keys(spoofed)) {
      assert.equal(readReceived(anonymous)[name], undefined, name);
    }
    const received = readReceived(
      await h.atGateway(ECHO_HOST, { token, headers: spoofed }),
    );
    assert.deepEqual(
      {
        name: received['x-name'],
        age: received['x-age'],
        admin: received['x-admin'],
        groups: received['x-groups'],
        nested: received['x-nested'],
      },
      {
        name: ['ada'],
        age: ['36'],
        admin: ['true'],
        groups: [Buffer.from('["a","b"]').toString('base64')],
        nested: ['value'],
      },
    );
    const payload = JSON.parse(
      Buffer.from(received['x-payload'][0], 'base64url').toString(),
    );
    assert.equal(payload.name, 'ada');
  });

  test('a header of its own replaces Authorization, where a bad token is then ignored', async () => {
    await h.apply(
      authentication({ fromHeaders: [{ name: 'x-token', prefix: 'T ' }] }),
    );
    await eventually(
      () => h.atGateway(ECHO_HOST, { headers: { 'x-token': 'T junk' } }),
      401,
    );
    await eventually(() => h.atGateway(ECHO_HOST, { token: 'junk' }), 200);
    const answer = await h.atGateway(ECHO_HOST, {
      headers: { 'x-token': `T ${token}` },
    });
    assert.equal(answer.status, 200);
    assert.equal(readReceived(answer)['x-token'], undefined);
  });
});
