import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { mergeFiles } from './mergeFiles';

const FILE = {
  path: 'istio-jwt/authorizationpolicy.edge.a.yaml',
  content: 'kind: AuthorizationPolicy\nmetadata: {namespace: edge, name: a}\n',
};

describe('a merged pull request of the sandbox', () => {
  let server: Server;
  let api: string;
  let statuses: Record<string, number>;
  const seen: string[] = [];

  beforeAll(async () => {
    server = createServer(({ method = '', url = '' }, response) => {
      seen.push(`${method} ${url}`);
      response.statusCode = statuses[method];
      response.end('{}');
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  beforeEach(() => {
    statuses = { PATCH: 200, DELETE: 200 };
    seen.length = 0;
  });

  afterAll(() => server.close());

  it('is applied and deletes what it deletes', async () => {
    expect(
      await mergeFiles(
        api,
        [FILE],
        ['istio-jwt/requestauthentication.edge.b.c.yaml'],
      ),
    ).toEqual([
      '- AuthorizationPolicy edge/a applied',
      '- requestauthentication edge/b.c deleted',
    ]);
    expect(seen).toEqual([
      'PATCH /apis/security.istio.io/v1/namespaces/edge/authorizationpolicies/a?fieldManager=argocd&force=true',
      'DELETE /apis/security.istio.io/v1/namespaces/edge/requestauthentications/b.c',
    ]);
  });

  it('says what was gone already, and what the sandbox refused', async () => {
    statuses.DELETE = 404;
    expect(await mergeFiles(api, [], [FILE.path])).toEqual([
      '- authorizationpolicy edge/a was gone already',
    ]);
    statuses.DELETE = 409;
    await expect(mergeFiles(api, [], [FILE.path])).rejects.toThrow(
      `The sandbox answered 409 to the deletion of ${FILE.path}`,
    );
    statuses.PATCH = 422;
    await expect(mergeFiles(api, [FILE], [])).rejects.toThrow(
      `The sandbox answered 422 to ${FILE.path}`,
    );
  });
});
