/** @jest-environment node */
import { ResponseError } from '@backstage/errors';
import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { describeFailure } from './describeFailure';
import { IstioJwtClient } from './IstioJwtClient';

interface Answer {
  status: number;
  body: unknown;
}

describe('IstioJwtClient', () => {
  let server: Server;
  let client: IstioJwtClient;
  let answer: Answer | 'silence';
  const requests: { method?: string; url?: string; body: string }[] = [];

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      requests.push({
        method: request.method,
        url: request.url,
        body: await readAll(request),
      });
      if (answer === 'silence') {
        return;
      }
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    client = new IstioJwtClient({
      discoveryApi: {
        getBaseUrl: async id => `http://127.0.0.1:${port}/api/${id}`,
      },
      fetchApi: { fetch },
    });
  });

  beforeEach(() => {
    requests.length = 0;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('asks for pages of history and of runs', async () => {
    answer = { status: 200, body: { items: [] } };
    await client.getHistory('component:default/shop');
    await client.listProbeRuns('component:default/shop', {
      limit: 5,
      cursor: 'a&b',
    });
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /api/istio-jwt/v1/entities/component/default/shop/history',
      'GET /api/istio-jwt/v1/entities/component/default/shop/probe-runs?limit=5&cursor=a%26b',
    ]);
  });

  it('reads the status of an entity', async () => {
    answer = { status: 200, body: { state: 'open' } };
    await expect(
      client.getStatus('Component:Default/My-Shop'),
    ).resolves.toEqual({ state: 'open' });
    expect(requests).toEqual([
      {
        method: 'GET',
        url: '/api/istio-jwt/v1/entities/component/default/my-shop/status',
        body: '',
      },
    ]);
  });

  it('starts, reads and cancels a run', async () => {
    answer = { status: 202, body: { id: 'a/b' } };
    await client.startProbeRun('component:default/shop');
    await client.getProbeRun('component:default/shop', 'a/b');
    await client.cancelProbeRun('component:default/shop', 'a/b');
    const base = '/api/istio-jwt/v1/entities/component/default/shop/probe-runs';
    expect(requests).toEqual([
      { method: 'POST', url: base, body: '{}' },
      { method: 'GET', url: `${base}/a%2Fb`, body: '' },
      { method: 'POST', url: `${base}/a%2Fb/cancel`, body: '{}' },
    ]);
  });

  it('reads the clusters', async () => {
    answer = { status: 200, body: [{ cluster: 'main' }] };
    await expect(client.getClusters()).resolves.toEqual([{ cluster: 'main' }]);
    expect(requests[0].url).toBe('/api/istio-jwt/v1/clusters');
  });

  it('throws what the backend says', async () => {
    answer = {
      status: 403,
      body: {
        error: {
          name: 'NotAllowedError',
          message: 'The permission is missing',
        },
        response: { statusCode: 403 },
      },
    };
    const error = await client.getStatus('component:default/shop').then(
      () => undefined,
      caught => caught,
    );
    expect(error).toBeInstanceOf(ResponseError);
    expect(describeFailure(error)).toEqual({
      kind: 'denied',
      message: 'The permission is missing',
    });
  });

  it('tells a refusal from a backend that cannot be reached', async () => {
    answer = {
      status: 429,
      body: {
        error: { name: 'TooManyRequestsError', message: 'In 5 s' },
        response: { statusCode: 429 },
      },
    };
    const refused = await client
      .startProbeRun('component:default/shop')
      .catch(describeFailure);
    expect(refused).toEqual({
      kind: 'refused',
      status: 429,
      message: 'In 5 s',
    });

    const nowhere = new IstioJwtClient({
      discoveryApi: { getBaseUrl: async () => 'http://127.0.0.1:1/api' },
      fetchApi: { fetch },
    });
    const unreachable = await nowhere
      .getStatus('component:default/shop')
      .catch(describeFailure);
    expect(unreachable).toMatchObject({ kind: 'unreachable' });
  });

  it('ends a request that nobody waits for', async () => {
    answer = 'silence';
    const controller = new AbortController();
    const pending = client.getStatus('component:default/shop', {
      signal: controller.signal,
    });
    controller.abort();
    await expect(pending).rejects.toMatchObject({ name: 'AbortError' });
  });
});

async function readAll(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
  }
  return text;
}
