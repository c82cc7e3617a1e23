import { createServer, Server } from 'node:http';
import { AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { FakeApiServer } from '../testing/FakeApiServer';
import { FakePods } from '../testing/FakePods';
import { execInPod, PodCommand } from './execInPod';
import { openPodTunnel } from './openPodTunnel';
import { PodStreams } from './PodStreams';

describe('streams to Pods', () => {
  let api: FakeApiServer;
  let pods: FakePods;
  let streams: PodStreams;

  beforeEach(async () => {
    api = await FakeApiServer.start();
    pods = new FakePods(api);
    streams = new PodStreams({
      kind: 'url',
      url: api.url,
      serviceAccountToken: 'the-token',
      skipTLSVerify: true,
    });
  });

  afterEach(() => api.stop());

  const exec = (overrides: Partial<PodCommand> = {}) =>
    execInPod(streams, {
      namespace: 'mesh',
      pod: 'prober-0',
      container: 'prober',
      argv: ['curl', '--config', '-'],
      stdin: '',
      timeoutMs: 2000,
      maxOutputBytes: 1000,
      ...overrides,
    });

  describe('exec', () => {
    it('gives a command its input, and reads both outputs and the exit code', async () => {
      pods.onExec = ({ stdin }) => ({
        stdout: `got ${stdin.length}`,
        stderr: 'warning',
        status: 22,
      });
      const stdin = 'header = "authorization: Bearer secret"\n'.repeat(1000);
      expect(await exec({ stdin })).toEqual({
        kind: 'ran',
        code: 22,
        stdout: Buffer.from(`got ${stdin.length}`),
        stderr: 'warning',
      });
      const [call] = pods.execs;
      expect(call).toMatchObject({
        pod: 'prober-0',
        container: 'prober',
        argv: ['curl', '--config', '-'],
        stdin,
      });
      expect(call.url).not.toContain('secret');
    });

    it('stops reading after enough', async () => {
      pods.onExec = () => ({ stdout: Buffer.alloc(500_000, 'x'), status: 0 });
      const result = await exec();
      expect(result).toMatchObject({ kind: 'ran' });
      expect(result).not.toHaveProperty('code');
      expect(result.kind === 'ran' && result.stdout.length).toBe(1000);
    });

    it('tells a command that the container does not have', async () => {
      pods.onExec = () => ({
        status: {
          status: 'Failure',
          reason: 'InternalError',
          message:
            'error executing command in container: OCI runtime exec failed: exec: "curl": executable file not found in $PATH: unknown',
        },
      });
      expect(await exec()).toMatchObject({ kind: 'no-such-command' });
    });

    it.each([
      [403, /create and get of pods\/exec/],
      [404, /gone/],
      [500, /answered 500/],
    ])('tells a refusal with %s', async (status, message) => {
      pods.refuseWith = status;
      expect(await exec()).toMatchObject({
        kind: 'failed',
        failure: { message: expect.stringMatching(message) },
      });
    });

    it('does not start on an API server that cannot end the input', async () => {
      pods.subprotocols = ['v4.channel.k8s.io'];
      expect(await exec({ stdin: 'x' })).toMatchObject({
        kind: 'failed',
        failure: { message: expect.stringContaining('1.30') },
      });
      expect(pods.execs).toHaveLength(0);
    });

    it('gives up on a command that hangs, and when it is told to', async () => {
      pods.onExec = () => new Promise(() => {});
      const hung = await exec({ timeoutMs: 300 });
      expect(hung).toMatchObject({ kind: 'failed' });
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 100);
      const cancelled = await exec({
        signal: abort.signal,
        timeoutMs: 3_600_000,
      });
      expect(cancelled).toMatchObject({ kind: 'failed' });
    });

    it('survives an API server that is down or speaks nonsense', async () => {
      pods.onExec = () => ({ status: 'nonsense' as never });
      expect(await exec()).toMatchObject({ kind: 'failed' });
      await api.stop();
      expect(await exec()).toMatchObject({
        kind: 'failed',
        failure: { kind: 'network', code: 'ECONNREFUSED' },
      });
    });
  });

  describe('port-forward', () => {
    let server: Server;

    beforeEach(async () => {
      server = createServer((request, response) => {
        response.end(`${request.method} ${'x'.repeat(300_000)}`);
      });
      await new Promise<void>(resolve => {
        server.listen(0, '127.0.0.1', resolve);
      });
      pods.onPortForward = (_, port) =>
        port === 8080 ? (server.address() as AddressInfo).port : undefined;
    });

    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    const open = (port: number) =>
      openPodTunnel(
        streams,
        { namespace: 'mesh', pod: 'gateway-0', port },
        AbortSignal.timeout(2000),
      );

    it('carries bytes both ways, as a connection would', async () => {
      const ask = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
      const answer = await open(8080);
      if (!answer.ok) throw new Error(answer.failure.message);
      answer.stream.write(ask);
      const direct = connect((server.address() as AddressInfo).port);
      direct.write(ask);
      const strip = (all: string) => all.replace(/^Date: .*$/m, '');
      expect(strip(await text(answer.stream))).toBe(strip(await text(direct)));
      expect(pods.portForwards).toEqual(['gateway-0:8080']);
    });

    it('breaks where nothing listens', async () => {
      const answer = await open(81);
      if (!answer.ok) throw new Error(answer.failure.message);
      await expect(text(answer.stream)).rejects.toMatchObject({
        code: 'POD_PORT_CLOSED',
      });
    });

    it('tells what the service account lacks', async () => {
      pods.refuseWith = 403;
      expect(await open(8080)).toMatchObject({
        ok: false,
        failure: { message: expect.stringContaining('pods/portforward') },
      });
    });
  });
});
