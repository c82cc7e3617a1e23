import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { Backoff } from '../../cluster/Backoff';
import { ClientCredentialsConfig } from '../../config';
import { ClientCredentials } from './ClientCredentials';

const SECRET = 'hunter2:with%special';

describe('ClientCredentials', () => {
  let server: Server;
  let asked: { authorization?: string; body: URLSearchParams }[];
  let answer: { status: number; body: string; delayMs?: number };
  let config: ClientCredentialsConfig;

  const give = (body: object, status = 200) => {
    answer = { status, body: JSON.stringify(body) };
  };

  beforeEach(async () => {
    asked = [];
    give({ access_token: 'a.b.c', token_type: 'Bearer', expires_in: 3600 });
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) {
        text += chunk;
      }
      const { authorization } = request.headers;
      asked.push({ authorization, body: new URLSearchParams(text) });
      response
        .writeHead(answer.status, {
          'content-type': 'application/json',
          location: 'http://127.0.0.1:1/',
        })
        .end(answer.body);
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    config = {
      tokenUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/t`,
      clientId: 'probes',
      clientSecret: SECRET,
      authentication: 'basic',
      resources: [],
    };
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise(resolve => {
      server.close(resolve);
    });
  });

  it('asks once for many, and keeps the token', async () => {
    const source = new ClientCredentials(config);
    const results = await Promise.all(
      Array.from({ length: 20 }, () => source.getToken()),
    );
    expect(new Set(results.map(result => JSON.stringify(result)))).toEqual(
      new Set(['{"kind":"token","token":"a.b.c"}']),
    );
    await source.getToken();
    expect(asked).toHaveLength(1);
    expect(Object.fromEntries(asked[0].body)).toEqual({
      grant_type: 'client_credentials',
    });
    const [scheme, value] = asked[0].authorization!.split(' ');
    expect(scheme).toBe('Basic');
    // RFC 6749 section 2.3.1: both halves are form-encoded first.
    expect(Buffer.from(value, 'base64').toString()).toBe(
      `probes:${encodeURIComponent(SECRET)}`,
    );
  });

  it('sends scope, audience, resources, and the secret in the body where asked to', async () => {
    await new ClientCredentials({
      ...config,
      authentication: 'post',
      scope: 'read write',
      audience: 'shop',
      resources: ['https://a.example', 'https://b.example'],
    }).getToken();
    const { authorization, body } = asked[0];
    expect(authorization).toBeUndefined();
    expect([...body].sort()).toEqual(
      [
        ['grant_type', 'client_credentials'],
        ['client_id', 'probes'],
        ['client_secret', SECRET],
        ['scope', 'read write'],
        ['audience', 'shop'],
        ['resource', 'https://a.example'],
        ['resource', 'https://b.example'],
      ].sort(),
    );
  });

  it('renews a token before its end', async () => {
    const source = new ClientCredentials(config);
    give({ access_token: 'a.b.one', token_type: 'bearer', expires_in: 0.4 });
    await source.getToken();
    give({ access_token: 'a.b.two', token_type: 'bearer', expires_in: 3600 });
    expect(await source.getToken()).toMatchObject({ token: 'a.b.one' });
    await new Promise(resolve => {
      setTimeout(resolve, 250);
    });
    expect(await source.getToken()).toMatchObject({ token: 'a.b.two' });
  });

  it.each<[string, () => void, RegExp]>([
    [
      'refuses the client',
      () => give({ error: 'invalid_client', error_description: SECRET }, 401),
      /answers 401 invalid_client$/,
    ],
    [
      'redirects',
      () => {
        answer = { status: 302, body: '' };
      },
      /no token$/,
    ],
    [
      'answers too much',
      () => give({ access_token: 'a'.repeat(100_000), token_type: 'bearer' }),
      /more than a token takes$/,
    ],
    [
      'answers HTML',
      () => {
        answer = { status: 200, body: `<html>${SECRET}` };
      },
      /no token$/,
    ],
    [
      'gives tokens of another type',
      () => give({ access_token: 'a.b.c', token_type: 'mac' }),
      /token/,
    ],
  ])('gives none where the endpoint %s', async (_, break_, reason) => {
    break_();
    const result = await new ClientCredentials(config).getToken();
    expect(result).toMatchObject({
      kind: 'none',
      reason: expect.stringMatching(reason),
    });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('leaves a failing endpoint alone for a while, and comes back', async () => {
    give({ error: 'temporarily_unavailable' }, 503);
    const source = new ClientCredentials(config, new Backoff(200, 200));
    await source.getToken();
    expect(await source.getToken()).toMatchObject({
      reason: expect.stringContaining('asked again in 1 s'),
    });
    expect(asked).toHaveLength(1);
    give({ access_token: 'a.b.c', token_type: 'bearer' });
    await new Promise(resolve => {
      setTimeout(resolve, 250);
    });
    expect(await source.getToken()).toMatchObject({ kind: 'token' });
  });

  it('tells an endpoint that cannot be reached', async () => {
    const result = await new ClientCredentials({
      ...config,
      tokenUrl: 'http://127.0.0.1:1/t',
    }).getToken();
    expect(result).toMatchObject({
      reason: 'the token endpoint cannot be reached (ECONNREFUSED)',
    });
  });
});
