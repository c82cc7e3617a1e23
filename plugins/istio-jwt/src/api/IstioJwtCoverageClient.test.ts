/** @jest-environment node */
import { ResponseError } from '@backstage/errors';
import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { IstioJwtCoverageClient } from './IstioJwtCoverageClient';

describe('IstioJwtCoverageClient', () => {
  let server: Server;
  let client: IstioJwtCoverageClient;
  let answer = { status: 200, type: 'application/json', body: '{}' };
  const requests: string[] = [];

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      requests.push(
        `${request.method} ${request.url} ${await readAll(request)}`.trim(),
      );
      response.writeHead(answer.status, { 'content-type': answer.type });
      response.end(answer.body);
    });
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    client = new IstioJwtCoverageClient({
      discoveryApi: {
        getBaseUrl: async id => `http://127.0.0.1:${port}/api/${id}`,
      },
      fetchApi: { fetch },
    });
  });

  beforeEach(() => {
    requests.length = 0;
    answer = { status: 200, type: 'application/json', body: '{"total":3}' };
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('asks for a page of what the filter means', async () => {
    await expect(
      client.listServices(
        { q: 'a b', state: ['open', 'drift'], owner: '', claimed: false },
        { sort: 'owner', order: 'desc', limit: 25, cursor: 'c&d' },
      ),
    ).resolves.toEqual({ total: 3 });
    await client.getSummary({ state: [], namespace: undefined });
    await client.listGroups('issuer', { issuer: '' });
    await client.listFindings({ finding: 'x' });
    await client.listHosts(
      'c/n/g',
      { gateway: 'other', soleIssuer: 'i' },
      { limit: 5, cursor: 'x' },
    );
    await client.previewOwnerNotices({ finding: 'x' });
    await client.sendOwnerNotices({ filter: { finding: 'x' }, atMost: 3 });
    expect(requests).toEqual([
      'GET /api/istio-jwt/v1/coverage/services?q=a+b&state=open%2Cdrift&owner=&claimed=false&sort=owner&order=desc&limit=25&cursor=c%26d',
      'GET /api/istio-jwt/v1/coverage/summary',
      'GET /api/istio-jwt/v1/coverage/groups?by=issuer&issuer=',
      'GET /api/istio-jwt/v1/coverage/findings?finding=x',
      'GET /api/istio-jwt/v1/coverage/hosts?gateway=c%2Fn%2Fg&soleIssuer=i&limit=5&cursor=x',
      'GET /api/istio-jwt/v1/coverage/owner-notices?finding=x',
      'POST /api/istio-jwt/v1/coverage/owner-notices {"filter":{"finding":"x"},"atMost":3}',
    ]);
  });

  it('asks the trend for what the past knows', async () => {
    await client.getTrend(
      { q: 'x', state: ['open'], cluster: 'main' },
      { days: 30 },
    );
    expect(requests).toEqual([
      'GET /api/istio-jwt/v1/coverage/trend?days=30&cluster=main',
    ]);
  });

  it('takes an export as it comes', async () => {
    answer = { status: 200, type: 'text/csv', body: 'title\nshop\n' };
    const file = await client.exportServices('csv', { state: ['open'] });
    await expect(file.text()).resolves.toBe('title\nshop\n');
    expect(requests).toEqual([
      'GET /api/istio-jwt/v1/coverage/export?format=csv&state=open',
    ]);
  });

  it('asks for, changes and takes back exceptions', async () => {
    const scope = { cluster: 'c', namespace: 'n', name: 's' };
    const expiresAt = '2026-02-01T00:00:00Z';
    await client.listExceptions({ state: 'active', limit: 10 });
    await client.createException({ scope, reason: 'r', expiresAt });
    await client.getException('a/b');
    await client.changeException('a/b', { revision: 2, approve: true });
    await client.revokeException('a/b', 3);
    expect(requests).toEqual([
      'GET /api/istio-jwt/v1/exceptions?state=active&limit=10',
      `POST /api/istio-jwt/v1/exceptions ${JSON.stringify({
        scope,
        reason: 'r',
        expiresAt,
      })}`,
      'GET /api/istio-jwt/v1/exceptions/a%2Fb',
      'PATCH /api/istio-jwt/v1/exceptions/a%2Fb {"revision":2,"approve":true}',
      'DELETE /api/istio-jwt/v1/exceptions/a%2Fb?revision=3',
    ]);
  });

  it('rejects with what the backend says', async () => {
    answer = {
      status: 409,
      type: 'application/json',
      body: JSON.stringify({
        error: { name: 'ConflictError', message: 'Changed meanwhile' },
        response: { statusCode: 409 },
      }),
    };
    const error = await client
      .changeException('a', { revision: 1, reason: 'x' })
      .catch(caught => caught);
    expect(error).toBeInstanceOf(ResponseError);
    expect(error.cause.message).toBe('Changed meanwhile');
  });
});

async function readAll(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
  }
  return text;
}
