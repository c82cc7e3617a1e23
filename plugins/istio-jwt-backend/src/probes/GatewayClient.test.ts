import {
  createServer,
  IncomingMessage,
  RequestListener,
  Server,
} from 'node:http';
import { AddressInfo } from 'node:net';
import { readIstioJwtConfig } from '../config';
import { ConfigReader } from '@backstage/config';
import { AddressGuard } from './AddressGuard';
import { GatewayClient } from './GatewayClient';

describe('GatewayClient', () => {
  let server: Server;
  let seen: IncomingMessage[];
  let answer: RequestListener;
  let client: GatewayClient | undefined;

  beforeEach(async () => {
    seen = [];
    answer = (_, response) => {
      response.end('hello');
    };
    server = createServer((request, response) => {
      seen.push(request);
      answer(request, response);
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });

  afterEach(async () => {
    await client?.close();
    client = undefined;
    server.closeAllConnections();
    await new Promise(resolve => {
      server.close(resolve);
    });
  });

  const port = () => (server.address() as AddressInfo).port;

  function connect(
    options: { allowed?: string[]; protocol?: 'http' | 'https' } = {},
  ) {
    client = new GatewayClient({
      target: { kind: 'address', host: '127.0.0.1', port: port() },
      protocol: options.protocol ?? 'http',
      host: 'shop.example.com',
      guard: new AddressGuard(options.allowed ?? ['127.0.0.1/32']),
      config: readIstioJwtConfig(
        new ConfigReader({ istioJwt: { probes: { timeout: '500ms' } } }),
      ).probes,
    });
    return client;
  }

  const get = (headers: Record<string, string> = {}) =>
    (client ?? connect()).send({
      method: 'GET',
      host: 'shop.example.com',
      path: '/a?b',
      headers,
    });

  it.each<[string, boolean, RequestListener]>([
    [
      'at the seam of two chunks',
      true,
      (_, response) => {
        response.write('x-claims: mark');
        setTimeout(() => response.end('er-1\n'), 50);
      },
    ],
    ['not at all', false, (_, response) => response.end('x-claims: none')],
    [
      'past what is read',
      false,
      (_, response) => {
        response.end(`${' '.repeat(1_000_000)}marker-1`);
      },
    ],
  ])(
    'tells whether the answer holds a text: %s',
    async (_, echoed, listener) => {
      answer = listener;
      const result = await connect().send({
        method: 'GET',
        host: 'shop.example.com',
        path: '/',
        headers: { 'x-claims': 'marker-1' },
        lookFor: 'marker-1',
      });
      expect(result).toMatchObject({ kind: 'answer', echoed });
      expect(result).toMatchObject({ body: undefined });
    },
  );

  it('sends a bare GET under the host of the way in', async () => {
    expect(await get({ authorization: 'Bearer x' })).toMatchObject({
      kind: 'answer',
      status: 200,
      body: undefined,
    });
    expect(seen[0]).toMatchObject({
      method: 'GET',
      url: '/a?b',
      headers: {
        host: 'shop.example.com',
        'user-agent': expect.stringContaining('istio-jwt'),
        authorization: 'Bearer x',
      },
    });
    expect(seen[0].headers['content-length']).toBeUndefined();
  });

  it.each([
    'RBAC: access denied',
    'Jwt is expired',
    "Jwks doesn't have key to match kid or alg from Jwt",
    'Audiences in Jwt are not allowed',
  ])("keeps the gateway's own words: %s", async body => {
    answer = (_, response) => {
      response.writeHead(403).end(body);
    };
    expect(await get()).toMatchObject({ status: 403, body });
  });

  it("keeps nothing of an application's answer", async () => {
    answer = (_, response) => {
      response.end('{"customer":"secret"}');
    };
    expect(JSON.stringify(await get())).not.toContain('secret');
  });

  it('does not follow a redirect', async () => {
    answer = (_, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    };
    expect(await get()).toMatchObject({ status: 302 });
    expect(seen).toHaveLength(1);
  });

  it('stops reading an endless answer', async () => {
    let written = 0;
    answer = (_, response) => {
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(16384))) {
          written += 16384;
        }
        if (!response.destroyed) {
          response.once('drain', write);
        }
      };
      response.on('error', () => {});
      write();
    };
    expect(await get()).toMatchObject({ kind: 'answer', status: 200 });
    expect(written).toBeLessThan(8 * 1024 * 1024);
  });

  it('gives up on a gateway that hangs', async () => {
    answer = () => {};
    expect(await get()).toMatchObject({ kind: 'error', code: 'TIMEOUT' });
  });

  it('tells a broken connection', async () => {
    answer = request => {
      request.socket.destroy();
    };
    expect(await get()).toMatchObject({ kind: 'error' });
  });

  it('does not connect to an address that is not allowed', async () => {
    connect({ allowed: ['10.0.0.0/8'] });
    expect(await get()).toMatchObject({
      kind: 'error',
      code: 'ADDRESS_REFUSED',
    });
    expect(seen).toHaveLength(0);
  });

  it('cannot be made to send a second header or request', async () => {
    expect(
      await get({ authorization: 'Bearer x\r\nX-Injected: 1' }),
    ).toMatchObject({ kind: 'error' });
    expect(
      await connect().send({
        method: 'GET',
        host: 'a\r\nX-Injected: 1',
        path: '/',
        headers: {},
      }),
    ).toMatchObject({ kind: 'error' });
    expect(
      await connect().send({
        method: 'GET',
        host: 'a',
        path: '/ HTTP/1.1\r\nX: y',
        headers: {},
      }),
    ).toMatchObject({ kind: 'error' });
    expect(seen).toHaveLength(0);
  });
});
