import { Watch } from '@kubernetes/client-node';
import { ApiTestServer, POLICIES } from '../__testUtils__/ApiTestServer';

describe('watching', () => {
  let server: ApiTestServer;

  beforeAll(async () => {
    server = await ApiTestServer.start();
  });
  afterAll(() => server.sandbox.stop());
  beforeEach(() => server.sandbox.reset());

  interface Seen {
    type: string;
    object: any;
  }

  /** Watches until `count` events are in, then returns them. */
  const watch = async (
    query: Record<string, string | boolean | number>,
    count: number,
    act: () => Promise<unknown> = async () => {},
  ): Promise<Seen[]> => {
    const seen: Seen[] = [];
    await new Promise<void>((resolve, reject) => {
      let controller: AbortController | undefined;
      new Watch(server.config)
        .watch(
          POLICIES,
          query,
          (type, object) => {
            seen.push({ type, object });
            if (seen.length === count) {
              controller?.abort();
              resolve();
            }
          },
          error => (seen.length >= count || !error ? resolve() : reject(error)),
        )
        .then(started => {
          controller = started;
          return act();
        })
        .catch(reject);
    });
    return seen;
  };

  it('starts with what is there, then follows', async () => {
    await server.create('old');
    const seen = await watch({}, 4, async () => {
      await server.create('new');
      await server.send(
        'PATCH',
        `${POLICIES}/new`,
        { spec: { action: 'DENY' } },
        'application/merge-patch+json',
      );
      await server.send('DELETE', `${POLICIES}/new`);
    });
    expect(
      seen.map(({ type, object }) => `${type} ${object.metadata.name}`),
    ).toEqual(['ADDED old', 'ADDED new', 'MODIFIED new', 'DELETED new']);
    const versions = seen.map(({ object }) =>
      Number(object.metadata.resourceVersion),
    );
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  });

  it('resumes after a resourceVersion and misses nothing', async () => {
    const { body } = await server.send('GET', POLICIES);
    await server.create('missed');
    const seen = await watch(
      { resourceVersion: body.metadata.resourceVersion },
      1,
    );
    expect(seen[0]).toMatchObject({
      type: 'ADDED',
      object: { metadata: { name: 'missed' } },
    });
  });

  it('shows an object that starts or stops matching a selector as added or deleted', async () => {
    await server.create('moving');
    const relabel = (tier: string | null) =>
      server.send(
        'PATCH',
        `${POLICIES}/moving`,
        { metadata: { labels: { tier } } },
        'application/merge-patch+json',
      );
    const seen = await watch({ labelSelector: 'tier=gold' }, 2, async () => {
      await relabel('gold');
      await relabel(null);
    });
    expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
  });

  it('sends bookmarks with a resourceVersion to resume from, when asked', async () => {
    const seen = await watch({ allowWatchBookmarks: true }, 2);
    expect(seen[0]).toMatchObject({
      type: 'BOOKMARK',
      object: {
        kind: 'AuthorizationPolicy',
        metadata: { resourceVersion: expect.stringMatching(/^\d+$/) },
      },
    });
  });

  it('answers 410 as an ERROR event where history is gone', async () => {
    const { body } = await server.send('GET', POLICIES);
    await server.create('later');
    server.sandbox.compact();
    const seen = await watch(
      { resourceVersion: body.metadata.resourceVersion },
      1,
    );
    expect(seen).toEqual([
      {
        type: 'ERROR',
        object: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: expect.stringMatching(
            /^too old resource version: \d+ \(\d+\)$/,
          ),
          reason: 'Expired',
          details: {},
          code: 410,
        },
      },
    ]);
  });

  it('drops history beyond its bound by itself', async () => {
    const { body } = await server.send('GET', POLICIES);
    for (let index = 0; index < 401; index += 1) {
      await server.send(
        'PATCH',
        '/api/v1/namespaces/shop',
        { metadata: { labels: { index: String(index) } } },
        'application/merge-patch+json',
      );
    }
    const seen = await watch(
      { resourceVersion: body.metadata.resourceVersion },
      1,
    );
    expect(seen[0].object.code).toBe(410);
  });

  it('ends after timeoutSeconds', async () => {
    const started = Date.now();
    await watch({ timeoutSeconds: 1 }, Infinity);
    expect(Date.now() - started).toBeGreaterThan(900);
  });

  it('refuses a resourceVersion from the future, as after a restart', async () => {
    const { status, body } = await server.send(
      'GET',
      `${POLICIES}?watch=1&resourceVersion=999999`,
    );
    expect(status).toBe(504);
    expect(body.details.causes[0].reason).toBe('ResourceVersionTooLarge');
  });

  it('ends open watches in good order when the server stops', async () => {
    const other = await ApiTestServer.start();
    const response = await fetch(
      `${other.sandbox.apiUrl}${POLICIES}?watch=1&allowWatchBookmarks=true`,
    );
    const text = response.text();
    await other.sandbox.stop();
    const last = (await text).trim().split('\n').at(-1)!;
    expect(JSON.parse(last).type).toBe('BOOKMARK');
  });
});
