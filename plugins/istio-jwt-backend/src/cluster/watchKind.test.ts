import { eventually, FakeApiServer, sendList } from '../testing/FakeApiServer';
import { Backoff } from './Backoff';
import { ClusterConnection } from './ClusterConnection';
import { WATCHED_KINDS } from './kinds';
import { Recovery } from './Recovery';
import { KindEvent, watchKind, WatchOptions } from './watchKind';

const SERVICES = WATCHED_KINDS.find(({ kind }) => kind === 'Service')!;
const SIDECARS = WATCHED_KINDS.find(({ kind }) => kind === 'Sidecar')!;
const PATH = '/api/v1/services';

const service = (name: string, resourceVersion = '1') => ({
  metadata: { name, namespace: 'default', resourceVersion },
  spec: {},
});

describe('watchKind', () => {
  let api: FakeApiServer;
  let abort: AbortController;
  let events: KindEvent[];
  let connection: ClusterConnection;
  let running: Promise<void>;

  beforeEach(async () => {
    api = await FakeApiServer.start();
    abort = new AbortController();
    events = [];
  });

  afterEach(async () => {
    abort.abort();
    await running;
    await connection.close();
    await api.stop();
  });

  function follow(
    kind = SERVICES,
    {
      slowRetryMs = 50,
      backoff = new Backoff(10, 40),
      recovery,
    }: Pick<WatchOptions, 'slowRetryMs' | 'backoff' | 'recovery'> = {},
  ) {
    connection = new ClusterConnection({
      kind: 'url',
      url: api.url,
      skipTLSVerify: true,
      serviceAccountToken: 's3cret',
    });
    running = (async () => {
      for await (const event of watchKind(connection, {
        kind,
        signal: abort.signal,
        backoff,
        recovery,
        slowRetryMs,
      })) {
        events.push(event);
      }
    })();
  }

  /** Names in each list that was read to its end. */
  const lists = () => {
    const ended: string[][] = [];
    let names: string[] = [];
    for (const event of events) {
      if (event.type === 'listing') {
        names.push(...event.objects.map(({ metadata }) => metadata.name));
      } else if (event.type === 'listed') {
        ended.push(names);
        names = [];
      }
    }
    return ended;
  };
  const failures = () =>
    events.flatMap(event =>
      event.type === 'failed' ? [event.failure.kind] : [],
    );

  it('lists page by page, then follows the watch from the version of the list', async () => {
    api.on(PATH, (_, response, query) => {
      if (query.has('watch')) {
        api.openWatch(PATH, response);
      } else if (query.get('continue') === 'next') {
        sendList(response, [service('b')], '7');
      } else {
        sendList(response, [service('a')], '7', 'next');
      }
    });
    follow();
    await eventually(() => expect(api.countWatches(PATH)).toBe(1));
    api.send(PATH, 'ADDED', service('c', '8'));
    api.send(PATH, 'DELETED', service('a', '9'));
    await eventually(() =>
      expect(events.map(({ type }) => type)).toEqual([
        'listing',
        'listing',
        'listed',
        'watching',
        'upserted',
        'deleted',
      ]),
    );
    expect(lists()).toEqual([['a', 'b']]);
    expect(api.requests.every(url => /limit=500|watch=true/.test(url))).toBe(
      true,
    );
    expect(api.requests[2]).toMatch(
      /allowWatchBookmarks=true.*resourceVersion=7/,
    );
  });

  it('goes on after a reset from the last bookmark, without a new list', async () => {
    api.serve(PATH, [service('a')], '5');
    follow();
    await eventually(() => expect(api.countWatches(PATH)).toBe(1));
    api.send(PATH, 'BOOKMARK', { metadata: { resourceVersion: '42' } });
    await new Promise(resolve => {
      setTimeout(resolve, 50);
    });
    api.resetWatches(PATH);
    await eventually(() => expect(api.countWatches(PATH)).toBe(1));
    expect(api.requests[api.requests.length - 1]).toContain(
      'resourceVersion=42',
    );
    expect(lists()).toHaveLength(1);
    expect(failures()).toEqual(['network']);
  });

  it('tells a sign of life for bookmarks, and for an end that is heard', async () => {
    api.serve(PATH, [service('a')], '5');
    follow();
    await eventually(() => expect(api.countWatches(PATH)).toBe(1));
    api.send(PATH, 'BOOKMARK', { metadata: { resourceVersion: '42' } });
    const types = () => events.map(({ type }) => type);
    await eventually(() =>
      expect(types()).toEqual(['listing', 'listed', 'watching', 'alive']),
    );
    api.resetWatches(PATH);
    await eventually(() =>
      expect(types().slice(4, 6)).toEqual(['alive', 'failed']),
    );
  });

  it('tells none where a server fell silent', async () => {
    const silent = async function* silentBody(): AsyncGenerator<Buffer> {
      yield Buffer.of();
      await new Promise(resolve => {
        setTimeout(resolve, 50);
      });
      throw Object.assign(new Error('silence'), {
        code: 'UND_ERR_BODY_TIMEOUT',
      });
    };
    connection = new ClusterConnection({ kind: 'unsupported' } as never);
    const answers = [
      async function* list() {
        yield Buffer.from(
          JSON.stringify({ items: [], metadata: { resourceVersion: '1' } }),
        );
      },
      silent,
    ];
    running = (async () => {
      for await (const event of watchKind(
        {
          get: async () => {
            const body = Object.assign((answers.shift() ?? silent)(), {
              destroy: () => {},
            });
            return { ok: true, body };
          },
        },
        { kind: SERVICES, signal: abort.signal, backoff: new Backoff(10, 40) },
      )) {
        events.push(event);
      }
    })();
    await eventually(() => expect(failures()[0]).toBe('timeout'));
    expect(events.map(({ type }) => type).slice(0, 3)).toEqual([
      'listed',
      'watching',
      'failed',
    ]);
  });

  it('waits for a server that was heard to beat, not for the end of the watch', async () => {
    const line = (object: object) => Buffer.from(`${JSON.stringify(object)}\n`);
    const list = async function* listBody() {
      yield line({ items: [], metadata: { resourceVersion: '1' } });
    };
    const bookmarked = async function* bookmarkBody() {
      yield line({
        type: 'BOOKMARK',
        object: { metadata: { resourceVersion: '2' } },
      });
    };
    connection = new ClusterConnection({ kind: 'unsupported' } as never);
    const waits: (number | undefined)[] = [];
    running = (async () => {
      const get: ClusterConnection['get'] = async ({
        query,
        bodyTimeoutMs,
      }) => {
        if (query?.watch) waits.push(bodyTimeoutMs);
        const body = Object.assign(query?.watch ? bookmarked() : list(), {
          destroy: () => {},
        });
        return { ok: true, body } as never;
      };
      for await (const event of watchKind(
        { get },
        { kind: SERVICES, signal: abort.signal, backoff: new Backoff(10, 40) },
      )) {
        events.push(event);
      }
    })();
    await eventually(() => expect(waits.length).toBeGreaterThan(1));
    expect(waits[0]).toBeGreaterThan(200_000);
    expect(waits[1]).toBe(90_000);
  });

  it.each([
    ['an ERROR event', 'event'],
    ['the status', 'status'],
  ])('lists again after 410 as %s', async (_, how) => {
    let expired = true;
    api.on(PATH, (_request, response, query) => {
      if (!query.has('watch')) {
        sendList(response, [service(expired ? 'old' : 'new')], '5');
      } else if (!expired) {
        api.openWatch(PATH, response);
      } else {
        expired = false;
        response.writeHead(how === 'status' ? 410 : 200);
        response.end(
          how === 'status'
            ? '{}'
            : `${JSON.stringify({ type: 'ERROR', object: { code: 410 } })}\n`,
        );
      }
    });
    follow();
    await eventually(() => expect(lists()).toEqual([['old'], ['new']]));
    expect(failures()).toEqual(['expired']);
  });

  it('is not current until it is known that nothing was missed, and lists soon, however long the server was away', async () => {
    api.serve(PATH, [service('old')], '5');
    const backoff = new Backoff(10, 600_000);
    follow(SERVICES, { backoff });
    await eventually(() => expect(api.countWatches(PATH)).toBe(1));
    api.on(PATH, (_, response, query) => {
      if (!query.has('watch')) {
        api.serve(PATH, [service('new')], '9');
        sendList(response, [service('new')], '9');
        return;
      }
      // The next failure would wait for minutes.
      for (let i = 0; i < 16; i++) backoff.next();
      api.openWatch(PATH, response);
      setTimeout(() => api.send(PATH, 'ERROR', { code: 410 }), 200);
    });
    api.resetWatches(PATH);
    await eventually(() => expect(lists()).toEqual([['old'], ['new']]));
    expect(events.map(({ type }) => type).slice(0, 7)).toEqual([
      'listing',
      'listed',
      'watching',
      'alive',
      'failed',
      'failed',
      'listing',
    ]);
    expect(failures()).toEqual(['network', 'expired']);
  });

  it('is current again once a watch that was opened again has nothing to tell', async () => {
    api.serve(PATH, [service('a')], '5');
    follow();
    await eventually(() => expect(api.countWatches(PATH)).toBe(1));
    api.resetWatches(PATH);
    await eventually(() =>
      expect(events.map(({ type }) => type)).toEqual([
        'listing',
        'listed',
        'watching',
        'alive',
        'failed',
        'watching',
      ]),
    );
  });

  it('does not take for current what comes from a server that ends every watch at once', async () => {
    api.on(PATH, (_, response, query) =>
      query.has('watch') ? response.end() : sendList(response, [], '1'),
    );
    follow();
    await eventually(() => expect(failures().length).toBeGreaterThan(1));
    const { length } = events.filter(
      ({ type }) => type === 'watching' || type === 'alive',
    );
    // The first is right after the list.
    expect(length).toBeLessThanOrEqual(2);
  });

  it.each<[string, (write: (text: string) => void) => void, string]>([
    [
      'garbage',
      write => write('{"type":"ADDED","object":{"kind\n'),
      'not-kubernetes',
    ],
    [
      'an object without a name',
      write => write('{"type":"ADDED","object":{}}\n'),
      'not-kubernetes',
    ],
    [
      'an error',
      write => write('{"type":"ERROR","object":{"code":500}}\n'),
      'server-error',
    ],
    [
      'a line without end',
      write => write('x'.repeat(9 * 1024 * 1024)),
      'too-large',
    ],
  ])(
    'survives %s in a watch and lists again',
    async (_, misbehave, failure) => {
      api.serve(PATH, [service('a')]);
      follow();
      await eventually(() => expect(api.countWatches(PATH)).toBe(1));
      misbehave(text => api.sendRaw(PATH, text));
      await eventually(() => expect(lists()).toHaveLength(2));
      expect(failures()).toEqual([failure]);
      await eventually(() => expect(api.countWatches(PATH)).toBe(1));
    },
  );

  it.each([
    [500, 'server-error'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [429, 'throttled'],
    [404, 'not-found'],
  ])('tells %i as %s, and recovers', async (status, kind) => {
    api.on(PATH, (_, response) => {
      response.writeHead(status);
      response.end('{"message":"s3cret in the body"}');
    });
    follow();
    await eventually(() => expect(failures().length).toBeGreaterThan(1));
    expect(failures()[0]).toBe(kind);
    expect(JSON.stringify(events)).not.toContain('s3cret');
    api.serve(PATH, [service('back')]);
    await eventually(() => expect(lists()).toEqual([['back']]));
  });

  it('asks at once where another reader was answered by a server that was away', async () => {
    api.on(PATH, (_, response) => void response.writeHead(503).end());
    const recovery = new Recovery();
    follow(SERVICES, { backoff: new Backoff(600_000, 600_000), recovery });
    await eventually(() => expect(failures()).toEqual(['server-error']));
    api.serve(PATH, [service('back')]);
    recovery.announce();
    await eventually(() => expect(lists()).toEqual([['back']]));
  });

  it('lets nobody else end the wait of what is forbidden', async () => {
    api.on(PATH, (_, response) => void response.writeHead(403).end());
    const recovery = new Recovery();
    follow(SERVICES, { slowRetryMs: 600_000, recovery });
    await eventually(() => expect(failures()).toHaveLength(2));
    for (let i = 0; i < 5; i++) recovery.announce();
    await new Promise(resolve => {
      setTimeout(resolve, 700);
    });
    expect(failures()).toHaveLength(2);
  });

  it('asks soon again where it is forbidden for a moment, as by a server that starts', async () => {
    api.on(PATH, (_, response) => {
      response.writeHead(403);
      response.end('{}');
    });
    follow(SERVICES, { slowRetryMs: 300_000 });
    await eventually(() => expect(failures()).toEqual(['forbidden']));
    api.serve(PATH, [service('back')]);
    await eventually(() => expect(lists()).toEqual([['back']]));
  });

  it('lists ever less often what it may list and not watch', async () => {
    const listed: number[] = [];
    api.on(PATH, (request, response) => {
      if (request.url?.includes('watch=true')) {
        response.writeHead(403);
        response.end('{}');
      } else {
        listed.push(Date.now());
        sendList(response, [service('a')], '1');
      }
    });
    follow(SERVICES, { slowRetryMs: 60_000 });
    await eventually(() => expect(listed.length).toBe(3));
    // At least half of two seconds, after at most one second.
    expect(listed[2] - listed[1]).toBeGreaterThanOrEqual(990);
  });

  it.each([
    ['not JSON', '<html>login</html>'],
    ['no list', '{"kind":"Status"}'],
    ['nothing', ''],
  ])('refuses an answer that is %s', async (_, body) => {
    api.on(PATH, (_request, response) => response.end(body));
    follow();
    await eventually(() => expect(failures()[0]).toBe('not-kubernetes'));
  });

  it('does not follow a list whose pages never end', async () => {
    api.on(PATH, (_, response) =>
      sendList(response, [service('a')], '1', 'same'),
    );
    follow();
    await eventually(() => expect(failures()[0]).toBe('not-kubernetes'));
  });

  it('calls a kind absent after every version was tried', async () => {
    for (const version of SIDECARS.versions) {
      api.on(`/apis/networking.istio.io/${version}/sidecars`, (_, response) => {
        response.writeHead(404);
        response.end();
      });
    }
    follow(SIDECARS);
    await eventually(() => expect(events[0]).toEqual({ type: 'absent' }));
    api.serve('/apis/networking.istio.io/v1beta1/sidecars', [service('s')]);
    await eventually(() => expect(lists()).toEqual([['s']]));
  });

  it('does not hammer a server that ends every watch at once', async () => {
    api.on(PATH, (_, response, query) => {
      if (query.has('watch')) {
        response.end();
      } else {
        sendList(response, [], '1');
      }
    });
    follow();
    await new Promise(resolve => {
      setTimeout(resolve, 400);
    });
    expect(api.requests.length).toBeGreaterThan(3);
    expect(api.requests.length).toBeLessThan(40);
  });

  it('ends at once when told to, even while the server hangs', async () => {
    api.on(PATH, () => {});
    follow();
    await eventually(() => expect(api.requests).toHaveLength(1));
    abort.abort();
    await running;
    expect(events).toEqual([]);
  });
});
