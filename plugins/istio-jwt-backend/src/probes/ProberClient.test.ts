import { ConfigReader } from '@backstage/config';
import {
  createServer,
  IncomingMessage,
  RequestListener,
  Server,
} from 'node:http';
import { AddressInfo } from 'node:net';
import { PodStreams } from '../cluster';
import { readIstioJwtConfig } from '../config';
import { FakeApiServer } from '../testing/FakeApiServer';
import { FakePods } from '../testing/FakePods';
import { hasCurl, runCurl } from '../testing/runCurl';
import { WireRequest } from './composeRequest';
import { ProberClient } from './ProberClient';

const describeWithCurl = hasCurl ? describe : describe.skip;

describeWithCurl('ProberClient', () => {
  let api: FakeApiServer;
  let pods: FakePods;
  let server: Server;
  let seen: IncomingMessage[];
  let answer: RequestListener;
  let client: ProberClient;

  const createClient = (timeout: string) =>
    new ProberClient({
      streams: new PodStreams({
        kind: 'url',
        url: api.url,
        skipTLSVerify: true,
      }),
      pod: { namespace: 'mesh', name: 'prober-0', container: 'prober' },
      service: { host: 'backend.default.svc.cluster.local', port: 80 },
      config: readIstioJwtConfig(
        new ConfigReader({
          istioJwt: { probes: { timeout, maxResponseBytes: 20_000 } },
        }),
      ).probes,
    });

  beforeEach(async () => {
    seen = [];
    answer = (_, response) => {
      response.end('hello');
    };
    server = createServer(
      { joinDuplicateHeaders: true },
      (request, response) => {
        seen.push(request);
        answer(request, response);
      },
    );
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    api = await FakeApiServer.start();
    pods = new FakePods(api);
    pods.onExec = call => runCurl(call, (server.address() as AddressInfo).port);
    // No test but that of the timeout is to see one, on however busy a machine.
    client = createClient('20s');
  });

  afterEach(async () => {
    await api.stop();
    server.closeAllConnections();
    server.close();
  });

  const send = (request: Partial<WireRequest> = {}) =>
    client.send({
      method: 'GET',
      host: 'backend.default.svc.cluster.local',
      path: '/a?b',
      headers: {},
      ...request,
    });

  it('sends a bare GET to the Service', async () => {
    expect(await client.check()).toBeUndefined();
    expect(seen).toHaveLength(0);
    expect(await send()).toMatchObject({
      kind: 'answer',
      status: 200,
      body: undefined,
      durationMs: expect.any(Number),
    });
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/a?b' });
    expect(seen[0].headers).toEqual({
      host: 'backend.default.svc.cluster.local',
      'user-agent': 'backstage-istio-jwt-probe/1',
      accept: '*/*',
    });
  });

  it('keeps tokens out of the URL and of the arguments', async () => {
    await send({
      path: '/?access_token=SECRET-IN-QUERY',
      headers: {
        authorization: ['Bearer SECRET-1', 'Bearer SECRET-2'],
        cookie: 'token=SECRET-3',
        'x-empty': '',
      },
    });
    expect(seen[0].headers).toMatchObject({
      authorization: 'Bearer SECRET-1, Bearer SECRET-2',
      cookie: 'token=SECRET-3',
      'x-empty': '',
    });
    expect(seen[0].url).toContain('SECRET-IN-QUERY');
    const logged = JSON.stringify([
      api.requests,
      pods.execs.map(({ argv, url }) => [argv, url]),
    ]);
    expect(logged).toContain('curl');
    expect(logged).not.toContain('SECRET');
    expect(pods.execs[0].argv).toEqual(['curl', '--disable', '--config', '-']);
  });

  it.each([
    '//healthz',
    '/x/../healthz',
    '/x/%2e%2e/healthz',
    '/a%2fb',
    '/a#fragment',
    '/[1-3]{a,b}',
    '/quote"and\\slash',
  ])('asks for a path as it is: %s', async path => {
    await send({ path });
    expect(seen[0].url).toBe(path);
  });

  it.each([
    [{ headers: { 'x-a': 'b"\nurl = "http://other.example/' } }],
    [{ headers: { 'x-a\nurl': 'b' } }],
    [{ headers: { '@/etc/passwd': '' } }],
    [{ path: '/a\nurl = "http://other.example/"' }],
    [{ path: 'http://other.example/' }],
    [{ path: '/a b' }],
  ])('sends nothing that could be an option of curl: %j', async request => {
    expect(await send(request)).toMatchObject({
      kind: 'error',
      code: 'NOT_SENDABLE',
    });
    expect(pods.execs).toHaveLength(0);
  });

  it('passes on quotes and backslashes of a header', async () => {
    await send({ headers: { 'x-a': 'a"b\\c\\n' } });
    expect(seen[0].headers['x-a']).toBe('a"b\\c\\n');
  });

  it("keeps the proxy's own words, and nothing of an application's answer", async () => {
    answer = (_, response) => {
      response.writeHead(403).end('RBAC: access denied');
    };
    expect(await send()).toMatchObject({
      status: 403,
      body: 'RBAC: access denied',
    });
    answer = (_, response) => {
      response.setHeader('set-cookie', 'session=private');
      response.writeEarlyHints({ link: '</private.css>; rel=preload' });
      response.end('{"customer":"private"}');
    };
    const own = await send({ method: 'OPTIONS' });
    expect(own).toMatchObject({ kind: 'answer', status: 200 });
    expect(JSON.stringify(own)).not.toContain('private');
    expect(seen[1].method).toBe('OPTIONS');
  });

  it('follows no redirect', async () => {
    answer = (_, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    };
    expect(await send()).toMatchObject({ status: 302 });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['with its length told', { 'content-length': '5000000' }],
    ['without', {}],
  ])('reads the start of a huge answer %s', async (_, headers) => {
    answer = (__, response) => {
      response.on('error', () => {});
      response.writeHead(200, headers);
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(16384)));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    };
    expect(await send()).toMatchObject({ kind: 'answer', status: 200 });
  });

  it('tells what went wrong', async () => {
    answer = () => {};
    const patient = client;
    client = createClient('1s');
    expect(await send()).toMatchObject({ kind: 'error', code: 'TIMEOUT' });
    client = patient;
    answer = request => request.socket.destroy();
    expect(await send()).toMatchObject({ kind: 'error', code: 'EMPTY_ANSWER' });
    pods.onExec = call => runCurl(call, 1);
    expect(await send()).toMatchObject({ kind: 'error', code: 'ECONNREFUSED' });
    pods.onExec = () => ({ status: 127 });
    expect(await client.check()).toContain('no curl');
    expect(await send()).toMatchObject({ kind: 'error', code: 'NO_CURL' });
    pods.refuseWith = 403;
    expect(await client.check()).toContain('pods/exec');
    expect(await send()).toMatchObject({ kind: 'error', code: 'EXEC_FAILED' });
  });

  it.each([
    ['an old one', { stdout: '%{stderr}0.000', status: 1 }],
    ['one without an option', { stderr: 'unknown option', status: 2 }],
    ['one that sends what it should not', { stdout: '', status: 0 }],
  ])('does not use %s', async (_, result) => {
    pods.onExec = () => result;
    expect(await client.check()).toContain('older than 7.63');
  });
});
