import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sendBytes, sendHttp2, type WireAnswer } from '../../lab/wire.ts';
import type { EnablementPlan } from '../../lab/compare/engine.ts';
import { listObjects, planForBackend } from './planOnLab.ts';
import {
  BACKEND_HOST as HOST,
  describeBaseMesh,
  ECHO_HOST as NEIGHBOUR,
  eventually,
  openHarness,
  type Harness,
} from './support.ts';

const EXEMPT = ['/healthz', '/public/*'];
const ORIGIN = 'origin: https://shop.example';
const METHOD = 'access-control-request-method: GET';
const UPGRADE = [
  'connection: Upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** `403`, or who answered 200, and of what: `backend /healthz`. */
function summarise({ status, body }: WireAnswer): string {
  if (status !== 200) return String(status);
  // What the echoing workloads write, in chunks or whole.
  const [, workload] = /"workload":"([^"]*)"/.exec(body) ?? [];
  const [, path] = /"path":"([^"]*)"/.exec(body) ?? [];
  return `${workload} ${path}`;
}

/**
 * The policies that the product itself plans for one host of a shared gateway: no request that reaches
 * the service without a token, however it is written, but those that the plan names.
 */
describe('ways round a policy that denies by host', () => {
  let h: Harness;
  let plan: EnablementPlan;

  before(async () => {
    h = await openHarness();
    await h.apply(...describeBaseMesh());
    await eventually(() => h.atGateway(HOST), 200);
    plan = await planForBackend(h, { exemptPaths: EXEMPT });
    await h.apply(...listObjects(plan));
    await eventually(() => h.atGateway(HOST), 403);
    await eventually(
      () => h.atGateway(HOST, { token: h.lab.sampleToken }),
      200,
    );
  });
  after(() => h.cleanUp());

  const port = () => h.lab.gateways.ingress.nodePort;

  async function write(start: string, ...headers: string[]): Promise<string> {
    const closes = headers.some(line => line.startsWith('connection:'));
    return summarise(
      await sendBytes(
        port(),
        [
          start,
          ...headers,
          ...(closes ? [] : ['connection: close']),
          '',
          '',
        ].join('\r\n'),
      ),
    );
  }

  const http2 = async (headers: Record<string, string>) =>
    summarise(
      await sendHttp2(port(), {
        ':method': 'GET',
        ':scheme': 'http',
        ':path': '/',
        ...headers,
      }),
    );

  /** Asks each, and compares all at once, so that a failure shows the whole picture. */
  async function expectEach(
    expected: Record<string, string>,
    ask: (key: string) => Promise<string>,
  ): Promise<void> {
    const seen: Record<string, string> = {};
    for (const key of Object.keys(expected)) seen[key] = await ask(key);
    assert.deepEqual(seen, expected);
  }

  test('it is the pattern for a shared gateway', () => {
    assert.equal(plan.kind === 'planned' && plan.pattern, 'host-deny');
  });

  test('the Host header: ports, case, dots, user names, lists', async () => {
    await expectEach(
      {
        [HOST]: '403',
        [`${HOST}:1234`]: '403',
        [`${HOST}:80`]: '403',
        [`${HOST}:`]: '403',
        [`${HOST}:080`]: '403',
        [`${HOST}:80:80`]: '403',
        [`${HOST}:x`]: '403',
        [HOST.toUpperCase()]: '403',
        [`${HOST.toUpperCase()}:1234`]: '403',
        [`\t ${HOST} `]: '403',
        // No route is for these, so nothing is behind the way round.
        [`${HOST}.`]: '404',
        [`${HOST}.:80`]: '404',
        [`user@${HOST}`]: '404',
        [HOST.replace('.', '%2e')]: '404',
        '': '404',
        [`${HOST}, ${NEIGHBOUR}`]: '400',
        [`${NEIGHBOUR}, ${HOST}`]: '400',
        [`${HOST}/x`]: '400',
        [`${HOST}#x`]: '400',
        [`${HOST}\\x`]: '400',
      },
      host => write('GET / HTTP/1.1', `host: ${host}`),
    );
  });

  test('several hosts, or none', async () => {
    const get = 'GET / HTTP/1.1';
    assert.deepEqual(
      [
        await write(get, `host: ${HOST}`, `host: ${NEIGHBOUR}`),
        await write(get, `host: ${NEIGHBOUR}`, `host: ${HOST}`),
        await write(get),
        await write(
          get,
          `host: ${NEIGHBOUR}`,
          `x-forwarded-host: ${HOST}`,
          `x-original-host: ${HOST}`,
        ),
      ],
      ['404', '404', '400', 'echo /'],
    );
  });

  test('HTTP/1.0 and 0.9, with a host and without', async () => {
    assert.deepEqual(
      [
        await write('GET / HTTP/1.0'),
        await write('GET / HTTP/1.0', `host: ${HOST}`),
        await write(`GET http://${HOST}/ HTTP/1.0`),
        await write('GET /'),
      ],
      ['426', '426', '426', '426'],
    );
  });

  test('a target in absolute form counts, whatever the Host header says', async () => {
    await expectEach(
      {
        [`http://${HOST}/`]: '403',
        [`http://${HOST}`]: '403',
        [`http://${HOST}:1234/`]: '403',
        [`http://${HOST.toUpperCase()}/`]: '403',
        [`HTTP://${HOST}/`]: '403',
        [`https://${HOST}/`]: '403',
        [`http://user:password@${HOST}/`]: '403',
        [`http://${NEIGHBOUR}@${HOST}/`]: '403',
        [`http://${HOST}./`]: '404',
        [`ftp://${HOST}/`]: '400',
        [`//${HOST}/`]: `echo //${HOST}/`,
      },
      target => write(`GET ${target} HTTP/1.1`, `host: ${NEIGHBOUR}`),
    );
    assert.equal(
      await write(`GET http://${NEIGHBOUR}/ HTTP/1.1`, `host: ${HOST}`),
      'echo /',
    );
  });

  test('paths: slashes, dots, parameters, encodings', async () => {
    await expectEach(
      {
        '//': '403',
        '/%2f': '403',
        '/%2F/x': '403',
        '/a;b': '403',
        '/;/x': '403',
        '/a/../': '403',
        '/%2e%2e/': '403',
        '/\\': '403',
        '/%5c': '403',
        '/%': '403',
        '/#x': '403',
        '/%00': '400',
        '/?access_token=x': '401',
      },
      path => write(`GET ${path} HTTP/1.1`, `host: ${HOST}`),
    );
  });

  test('round an exempt path: what passes is the exempt path', async () => {
    await expectEach(
      {
        '/healthz': 'backend /healthz',
        '/%68ealthz': 'backend /healthz',
        '/x/..;/healthz': 'backend /healthz',
        '/healthz#/../secret': 'backend /healthz',
        '/healthz/..': '403',
        '/healthz/../secret': '403',
        '/healthz/': '403',
        '//healthz': '403',
        '/HEALTHZ': '403',
        '/healthz;/../secret': '403',
        '/healthz%2f..%2fsecret': '403',
        '/healthz..;/secret': '403',
        '/healthz%00': '400',
        '/public/x': 'backend /public/x',
        '/public': '403',
        '//public/x': '403',
        '/public%2fx': '403',
        '/public/../secret': '403',
        '/public/%2e%2e/secret': '403',
        '/public/.%2e/secret': '403',
        '/public\\..\\secret': '403',
        '/public/..;/secret': '403',
      },
      path => write(`GET ${path} HTTP/1.1`, `host: ${HOST}`),
    );
    assert.equal(
      await write(
        'GET /secret HTTP/1.1',
        `host: ${HOST}`,
        'x-original-url: /healthz',
        'x-rewrite-url: /healthz',
        'x-envoy-original-path: /healthz',
      ),
      '403',
    );
  });

  test('an encoded slash goes round an exempt prefix, and the plan says so', async () => {
    const seen = '/public/..%2fsecret';
    assert.equal(
      await write(`GET ${seen} HTTP/1.1`, `host: ${HOST}`),
      `backend ${seen}`,
    );
    assert.ok(plan.kind === 'planned');
    const warning = plan.warnings.find(text => text.includes('..%2f'));
    assert.match(warning ?? '', /\/public\/\*/);
    // And only of prefixes.
    assert.doesNotMatch(plan.warnings.join(), /healthz/);
  });

  test('methods', async () => {
    await expectEach(
      {
        HEAD: '403',
        POST: '403',
        PUT: '403',
        PATCH: '403',
        DELETE: '403',
        TRACE: '403',
        OPTIONS: '403',
        options: '400',
        get: '400',
        FOO: '400',
      },
      method =>
        write(`${method} / HTTP/1.1`, `host: ${HOST}`, 'content-length: 0'),
    );
    assert.equal(
      await write(`CONNECT ${HOST}:80 HTTP/1.1`, `host: ${HOST}`),
      '403',
    );
    assert.equal(await write('OPTIONS * HTTP/1.1', `host: ${HOST}`), '404');
  });

  test('a preflight passes as the plan says, and nothing that is none', async () => {
    assert.ok(plan.kind === 'planned');
    const [{ answers }] = plan.effects.filter(({ isTarget }) => isTarget);
    const said = answers.find(({ kind }) => kind === 'preflight');
    assert.equal(said?.after, '200');
    const options = 'OPTIONS /secret HTTP/1.1';
    const host = `host: ${HOST}`;
    assert.deepEqual(
      {
        preflight: await write(options, host, ORIGIN, METHOD),
        'without the header': await write(options, host, ORIGIN),
        'with another method named': await write(
          options,
          host,
          'x-http-method-override: GET',
        ),
        'a GET with the header': await write(
          'GET /secret HTTP/1.1',
          host,
          ORIGIN,
          METHOD,
        ),
        'a POST that calls itself OPTIONS': await write(
          'POST /secret HTTP/1.1',
          host,
          ORIGIN,
          METHOD,
          'x-http-method-override: OPTIONS',
          'content-length: 0',
        ),
      },
      {
        preflight: 'backend /secret',
        'without the header': '403',
        'with another method named': '403',
        'a GET with the header': '403',
        'a POST that calls itself OPTIONS': '403',
      },
    );
  });

  test('upgrades: websocket, h2c', async () => {
    assert.equal(
      await write('GET / HTTP/1.1', `host: ${HOST}`, ...UPGRADE),
      '403',
    );
    assert.equal(
      await write(
        'GET / HTTP/1.1',
        `host: ${HOST}`,
        'connection: Upgrade, HTTP2-Settings',
        'upgrade: h2c',
        'http2-settings: AAMAAABkAARAAAAAAAIAAAAA',
      ),
      '403',
    );
  });

  test('a request behind another one on the same connection', async () => {
    const first = `POST / HTTP/1.1\r\nhost: ${NEIGHBOUR}\r\n`;
    const second = `GET / HTTP/1.1\r\nhost: ${HOST}\r\nconnection: close\r\n\r\n`;
    const smuggled = await sendBytes(
      port(),
      `${first}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${second}`,
    );
    assert.equal(smuggled.status, 400);
    assert.doesNotMatch(smuggled.body, /"workload":"backend"/);
  });

  test('HTTP/2: :authority counts, a differing Host header does not', async () => {
    const cases: Record<string, Record<string, string>> = {
      ':authority': { ':authority': HOST },
      'upper case': { ':authority': HOST.toUpperCase() },
      'with a port': { ':authority': `${HOST}:1234` },
      'dot at the end': { ':authority': `${HOST}.` },
      'user name': { ':authority': `user@${HOST}` },
      'another Host': { ':authority': HOST, host: NEIGHBOUR },
      'as another Host': { ':authority': NEIGHBOUR, host: HOST },
      'Host alone': { host: HOST },
      'scheme https': { ':authority': HOST, ':scheme': 'https' },
      '//': { ':authority': HOST, ':path': '//' },
      OPTIONS: { ':authority': HOST, ':method': 'OPTIONS' },
      'absolute path': { ':authority': NEIGHBOUR, ':path': `http://${HOST}/` },
    };
    await expectEach(
      {
        ':authority': '403',
        'upper case': '403',
        'with a port': '403',
        'dot at the end': '404',
        'user name': 'closed',
        'another Host': '403',
        'as another Host': 'echo /',
        'Host alone': '403',
        'scheme https': '403',
        '//': '403',
        OPTIONS: '403',
        'absolute path': 'closed',
      },
      key => http2(cases[key]),
    );
  });

  test('with a token the same forms pass, so that it is the token that they lack', async () => {
    const bearer = `authorization: Bearer ${h.lab.sampleToken}`;
    const get = 'GET / HTTP/1.1';
    assert.deepEqual(
      [
        await write(get, `host: ${HOST}:1234`, bearer),
        await write(get, `host: ${HOST.toUpperCase()}`, bearer),
        await write(`GET http://${HOST}/ HTTP/1.1`, 'host: x', bearer),
        await write('OPTIONS / HTTP/1.1', `host: ${HOST}`, bearer),
        await http2({
          ':authority': HOST,
          authorization: `Bearer ${h.lab.sampleToken}`,
        }),
      ],
      Array(5).fill('backend /'),
    );
  });
});
