import { ConfigReader } from '@backstage/config';
import { createServer, Server, ServerOptions } from 'node:https';
import { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { openPodTunnel, PodStreams } from '../cluster';
import { readIstioJwtConfig } from '../config';
import { FakeApiServer } from '../testing/FakeApiServer';
import { FakePods } from '../testing/FakePods';
import { TestAuthority } from '../__testUtils__/makeCertificates';
import { AddressGuard } from './AddressGuard';
import {
  GatewayClient,
  GatewayTarget,
  isCertificateError,
} from './GatewayClient';

const HOST = 'shop.example.com';

describe('GatewayClient over TLS', () => {
  const authority = new TestAuthority();
  const caFile = authority.writeBundle();
  const good = authority.issue(HOST);
  let server: Server | undefined;
  let client: GatewayClient | undefined;
  let seen: { sni: unknown; alpn: unknown; host?: string; version: string }[];

  async function serve(options: ServerOptions): Promise<number> {
    server = createServer(
      { ALPNProtocols: ['h2', 'http/1.1'], ...options },
      (request, response) => {
        const socket = request.socket as TLSSocket;
        seen.push({
          sni: (socket as TLSSocket & { servername?: unknown }).servername,
          alpn: socket.alpnProtocol,
          host: request.headers.host,
          version: request.httpVersion,
        });
        response.writeHead(403).end('RBAC: access denied');
      },
    );
    await new Promise<void>(resolve => {
      server!.listen(0, '127.0.0.1', resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  beforeEach(() => {
    seen = [];
  });

  afterEach(async () => {
    await client?.close();
    server?.closeAllConnections();
    server?.close();
  });

  function ask(
    target: GatewayTarget,
    trusted: { probes?: string; gateway?: string },
  ) {
    client = new GatewayClient({
      target,
      protocol: 'https',
      host: HOST,
      caFile: trusted.gateway,
      guard: new AddressGuard(['127.0.0.1/32']),
      config: readIstioJwtConfig(
        new ConfigReader({
          istioJwt: { probes: { timeout: '2s', caFile: trusted.probes } },
        }),
      ).probes,
    });
    return client.send({ method: 'GET', host: HOST, path: '/', headers: {} });
  }

  const at = (port: number): GatewayTarget => ({
    kind: 'address',
    host: '127.0.0.1',
    port,
  });

  it.each([
    ['of all gateways', { probes: caFile }],
    ['of this gateway', { gateway: caFile }],
  ])('names the host, and trusts the authority %s', async (_, trusted) => {
    const port = await serve(good);
    expect(await ask(at(port), trusted)).toMatchObject({
      kind: 'answer',
      status: 403,
      body: 'RBAC: access denied',
    });
    expect(seen).toEqual([
      { sni: HOST, alpn: 'http/1.1', host: HOST, version: '1.1' },
    ]);
  });

  it.each([
    ['of an unknown authority', () => good, {}],
    [
      'for another host',
      () => authority.issue('other.example.com'),
      { probes: caFile },
    ],
    [
      'that is expired',
      () => authority.issue(HOST, { expired: true }),
      { probes: caFile },
    ],
    [
      'of another authority of the same name',
      () => new TestAuthority().issue(HOST),
      { probes: caFile },
    ],
  ])(
    'sends nothing to a gateway with a certificate %s',
    async (_, issue, trusted) => {
      const port = await serve(issue());
      const answer = await ask(at(port), trusted);
      expect(answer).toMatchObject({
        kind: 'error',
        message: expect.stringContaining('not trusted'),
      });
      expect(isCertificateError(answer)).toBe(true);
      expect(seen).toEqual([]);
    },
  );

  // With TLS 1.3 the refusal comes after the handshake, and undici tells of a closed connection only.
  it.each([
    ['TLSv1.2', /client certificate/],
    ['TLSv1.3', /did not answer/],
  ] as const)(
    'gets nothing from a gateway that asks for a client certificate: %s',
    async (maxVersion, message) => {
      const port = await serve({
        ...good,
        maxVersion,
        requestCert: true,
        rejectUnauthorized: true,
      });
      expect(await ask(at(port), { probes: caFile })).toMatchObject({
        kind: 'error',
        message: expect.stringMatching(message),
      });
      expect(seen).toEqual([]);
    },
  );

  it('verifies the same through a port-forward', async () => {
    const api = await FakeApiServer.start();
    try {
      const pods = new FakePods(api);
      const port = await serve(good);
      pods.onPortForward = () => port;
      const streams = new PodStreams({
        kind: 'url',
        url: api.url,
        skipTLSVerify: true,
      });
      const tunnel: GatewayTarget = {
        kind: 'tunnel',
        open: async () => {
          const opened = await openPodTunnel(
            streams,
            { namespace: 'istio-system', pod: 'gateway-0', port: 8443 },
            AbortSignal.timeout(2000),
          );
          if (!opened.ok) throw new Error(opened.failure.message);
          return opened.stream;
        },
      };
      expect(await ask(tunnel, { gateway: caFile })).toMatchObject({
        status: 403,
      });
      expect(seen).toMatchObject([{ sni: HOST }]);
      await client!.close();
      const untrusted = await ask(tunnel, {});
      expect(isCertificateError(untrusted)).toBe(true);
      expect(seen).toHaveLength(1);
    } finally {
      await api.stop();
    }
  });
});
