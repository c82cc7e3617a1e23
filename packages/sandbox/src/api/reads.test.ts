import { CoreV1Api, KubernetesObjectApi } from '@kubernetes/client-node';
import { ApiTestServer, POLICIES } from '../__testUtils__/ApiTestServer';
import { policy } from '../__testUtils__/objects';

describe('reading', () => {
  let server: ApiTestServer;

  beforeAll(async () => {
    server = await ApiTestServer.start();
  });
  afterAll(() => server.sandbox.stop());
  beforeEach(() => server.sandbox.reset());

  it('serves the discovery that the object client resolves kinds by', async () => {
    const client = KubernetesObjectApi.makeApiClient(server.config);
    await client.create(policy('shop', 'found', { action: 'DENY' }) as any);
    const read = await client.read({
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { namespace: 'shop', name: 'found' },
    });
    expect((read as any).spec).toEqual({ action: 'DENY' });
    const { items } = await server.config
      .makeApiClient(CoreV1Api)
      .listNamespace();
    expect(items.map(item => item.metadata?.name)).toEqual(['other', 'shop']);
  });

  it('serves one object under each version of its group', async () => {
    await server.create('versions');
    const { body } = await server.send(
      'GET',
      `${POLICIES.replace('/v1/', '/v1beta1/')}/versions`,
    );
    expect(body.apiVersion).toBe('security.istio.io/v1beta1');
  });

  it('pages a list, all pages at one revision, until history is gone', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await server.create(name);
    }
    const first = await server.send('GET', `${POLICIES}?limit=2`);
    expect(first.body.metadata.remainingItemCount).toBe(3);
    const next = first.body.metadata.continue;
    await server.create('bb');
    await server.send('DELETE', `${POLICIES}/c`);
    const second = await server.send(
      'GET',
      `${POLICIES}?limit=2&continue=${next}`,
    );
    expect(second.body.items.map((item: any) => item.metadata.name)).toEqual([
      'c',
      'd',
    ]);
    expect(second.body.metadata.resourceVersion).toBe(
      first.body.metadata.resourceVersion,
    );
    server.sandbox.compact();
    const late = await server.send(
      'GET',
      `${POLICIES}?limit=2&continue=${next}`,
    );
    expect(late.body).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'Expired',
      code: 410,
    });
    expect(
      (await server.send('GET', `${POLICIES}?continue=nonsense`)).status,
    ).toBe(400);
  });

  it('selects by labels and by name and namespace', async () => {
    await server.create('a', {}, { tier: 'gold', app: 'x' });
    await server.create('b', {}, { tier: 'iron' });
    await server.create('c');
    const names = async (query: string) => {
      const { body } = await server.send('GET', `${POLICIES}?${query}`);
      return body.items?.map((item: any) => item.metadata.name) ?? body.reason;
    };
    expect(await names('labelSelector=tier%3Dgold')).toEqual(['a']);
    expect(await names('labelSelector=tier+in+(gold,iron),!app')).toEqual([
      'b',
    ]);
    expect(await names('labelSelector=tier!%3Dgold')).toEqual(['b', 'c']);
    expect(await names('labelSelector=tier+notin+(gold)')).toEqual(['b', 'c']);
    expect(await names('fieldSelector=metadata.name%3Dc')).toEqual(['c']);
    expect(await names('fieldSelector=metadata.namespace%3Dother')).toEqual([]);
    expect(await names('fieldSelector=spec.action%3DDENY')).toBe('BadRequest');
    expect(await names('labelSelector=a+in+(')).toBe('BadRequest');
  });

  it('does not obey web pages', async () => {
    const foreign = await fetch(`${server.sandbox.apiUrl}/api/v1/namespaces`, {
      headers: { origin: 'https://evil.example' },
    });
    expect(foreign.status).toBe(403);
  });
});
