/** Nothing that runs in a portal with the plugins has a known vulnerability of weight. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { askAdvisories } from './advisories/askAdvisories.mjs';

it('no advisory of high or critical severity concerns what is installed', async t => {
  const answer = await askAdvisories();
  if (answer.kind === 'unanswered') {
    t.skip(`the registry answers no advisories (${answer.why})`);
    return;
  }
  assert.deepEqual(answer.advisories, []);
});

describe('what the check says of a registry', () => {
  /** What the registry answers to the list of packages that Yarn sends. */
  let answer;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const [status, body] = answer;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  const ask = () =>
    askAdvisories({
      YARN_NPM_AUDIT_REGISTRY: registry,
      YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
      YARN_HTTP_RETRY: '0',
    });
  const advisory = (severity, vulnerable_versions) => ({
    id: 1,
    url: 'https://example.com/advisories/1',
    title: 'Requests are smuggled',
    severity,
    vulnerable_versions,
  });

  let registry;
  before(async () => {
    await new Promise(done => server.listen(0, '127.0.0.1', done));
    registry = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close());

  it('names a package of a high advisory', async () => {
    answer = [200, { undici: [advisory('high', '<999')] }];
    const { advisories } = await ask();
    assert.equal(advisories.length, 1);
    assert.match(advisories[0], /^undici \d.*high, Requests are smuggled/);
  });

  it('says nothing of a low one, nor of versions that are not installed', async () => {
    answer = [
      200,
      { undici: [advisory('low', '<999'), advisory('critical', '<0.0.1')] },
    ];
    assert.deepEqual(await ask(), { kind: 'answered', advisories: [] });
  });

  it('does not take a registry without the service for a good answer', async () => {
    answer = [405, {}];
    assert.deepEqual(await ask(), {
      kind: 'unanswered',
      why: '405 (Method Not Allowed)',
    });
    answer = [404, {}];
    assert.equal((await ask()).kind, 'unanswered');
    server.close();
    assert.deepEqual(await ask(), { kind: 'unanswered', why: 'ECONNREFUSED' });
  });
});
