import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { after, afterEach, before, describe, test } from 'node:test';
import { assessService } from '../../lab/compare/engine.ts';
import type { Manifest } from '../../lab/kube.ts';
import { readMesh } from './planOnLab.ts';
import {
  authorizationPolicy,
  describeBaseMesh,
  ECHO_HOST,
  eventually,
  INGRESS_SELECTOR,
  openHarness,
  requestAuthentication,
  type Harness,
} from './support.ts';

const ECHO = { namespace: 'default', name: 'echo' };

/** Requests that few clients send, and whoever wants to get past a policy does. */
describe('requests without a token that are unusual', () => {
  let h: Harness;
  const applied: Manifest[] = [];
  const policy = (name: string, spec: object): Manifest =>
    authorizationPolicy('istio-system', name, {
      selector: INGRESS_SELECTOR,
      ...spec,
    });
  const needToken = policy('need-token', {
    rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }],
  });
  const exempt = (operation: object) =>
    policy('exempt', { rules: [{ to: [{ operation }] }] });
  const denyAnonymous = (name: string, operation: object) =>
    policy(name, {
      action: 'DENY',
      rules: [
        {
          from: [{ source: { notRequestPrincipals: ['*'] } }],
          to: [{ operation }],
        },
      ],
    });
  const stateAtGateway = async () =>
    assessService(await readMesh(h.lab.kube), ECHO).waysIn.find(
      ({ kind }) => kind === 'gateway',
    )?.state;

  before(async () => {
    h = await openHarness();
    await h.apply(
      ...describeBaseMesh(),
      requestAuthentication('istio-system', 'odd', {
        selector: INGRESS_SELECTOR,
        jwtRules: [h.jwtRule],
      }),
      needToken,
    );
    await eventually(() => h.atGateway(ECHO_HOST), 403);
  });
  afterEach(async () => {
    await h.remove(...applied.splice(0));
    await h.apply(needToken);
    await eventually(() => h.atGateway(ECHO_HOST), 403);
  });
  after(() => h.cleanUp());

  async function apply(...objects: Manifest[]): Promise<void> {
    applied.push(...objects);
    await h.apply(...objects);
  }

  test('without any of these it is protected', async () => {
    assert.equal(await stateAtGateway(), 'enforced');
  });

  test('a method in lower case, by HTTP/2', async () => {
    await apply(exempt({ methods: ['get'] }));
    // Past the gateway, to a sidecar that is spoken to by HTTP/1 and refuses what is no method there.
    await eventually(() => askByHttp2(h, { ':method': 'get' }), 400);
    assert.equal((await h.atGateway(ECHO_HOST)).status, 403);
    assert.equal(await stateAtGateway(), 'unknown');
  });

  test('a port that no policy names', async () => {
    await apply(
      denyAnonymous('hosts', { hosts: [ECHO_HOST, `${ECHO_HOST}:1*`] }),
    );
    await h.remove(needToken);
    await eventually(() => h.atGateway(`${ECHO_HOST}:2`), 200);
    assert.equal((await h.atGateway(ECHO_HOST)).status, 403);
    assert.equal((await h.atGateway(`${ECHO_HOST}:1`)).status, 403);
    assert.equal(await stateAtGateway(), 'partial');
  });

  test('a host behind the colon of another', async () => {
    await apply(exempt({ hosts: ['*.public.example'] }));
    await eventually(() => h.atGateway(`${ECHO_HOST}:x.public.example`), 200);
    assert.equal((await h.atGateway(ECHO_HOST)).status, 403);
    assert.equal(await stateAtGateway(), 'partial');
  });

  test('a path that begins with a dot', async () => {
    await apply(
      denyAnonymous('dotted', { notPaths: ['/files/.*'] }),
      denyAnonymous('public', { notPaths: ['/files/{*}/public'] }),
    );
    await h.remove(needToken);
    const path = '/files/.git/public';
    await eventually(() => h.atGateway(ECHO_HOST, { path }), 200);
    for (const other of ['/files/./public', '/files/a/public', '/files/.x']) {
      const answer = await h.atGateway(ECHO_HOST, { path: other });
      assert.equal(answer.status, 403, other);
    }
    assert.equal(await stateAtGateway(), 'partial');
  });

  test('a header that comes twice', async () => {
    const key = 'request.headers[x-client]';
    await apply(
      policy('exempt', { rules: [{ when: [{ key, values: ['internal'] }] }] }),
      policy('web', {
        action: 'DENY',
        rules: [
          {
            from: [{ source: { notRequestPrincipals: ['*'] } }],
            when: [{ key, notValues: ['web'] }],
          },
        ],
      }),
    );
    const twice = { 'x-client': ['web', 'internal'] };
    await eventually(() => h.atGateway(ECHO_HOST, { headers: twice }), 200);
    for (const value of ['web', 'internal', 'web,internal']) {
      const headers = { 'x-client': value };
      const answer = await h.atGateway(ECHO_HOST, { headers });
      assert.equal(answer.status, 403, value);
    }
    assert.equal(await stateAtGateway(), 'unknown');
  });
});

/** One request by HTTP/2 without TLS. */
function askByHttp2(
  h: Harness,
  headers: http2.OutgoingHttpHeaders,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(h.lab.gateways.ingress.url);
    session.on('error', reject);
    const stream = session.request({
      ':path': '/',
      ':authority': ECHO_HOST,
      ...headers,
    });
    let status = 0;
    const chunks: Buffer[] = [];
    stream.on('error', reject);
    stream.on('response', answer => {
      status = Number(answer[':status']);
    });
    stream.on('data', chunk => chunks.push(chunk));
    stream.on('end', () => {
      session.close();
      resolve({ status, body: Buffer.concat(chunks).toString() });
    });
    stream.end();
  });
}
