import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import fc from 'fast-check';
import { readIstioJwtConfig } from '../config';
import { eventually, FakeApiServer, sendList } from '../testing/FakeApiServer';
import { ClusterMirrorOptions } from './ClusterMirror';
import { ClusterRegistry } from './ClusterRegistry';

const SERVICES = '/api/v1/services';
const PODS = '/api/v1/pods';
const POLICIES = '/apis/security.istio.io/v1/authorizationpolicies';

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default', resourceVersion: '1' },
  spec: { selector: { app: name }, ports: [{ port: 80 }] },
});

describe('ClusterMirror', () => {
  let api: FakeApiServer;
  let registry: ClusterRegistry | undefined;
  const timing: ClusterMirrorOptions['timing'] = {
    backoffBaseMs: 10,
    backoffMaxMs: 50,
    slowRetryMs: 100,
  };

  beforeEach(async () => {
    api = await FakeApiServer.start();
  });

  afterEach(async () => {
    await registry?.stop();
    await api.stop();
  });

  function start(
    clusters: object[] = [{ name: 'c', url: api.url, skipTLSVerify: true }],
  ) {
    const { clusters: configs } = readIstioJwtConfig(
      new ConfigReader({ istioJwt: { clusters } } as any),
    );
    registry = new ClusterRegistry(configs, {
      logger: mockServices.logger.mock(),
      timing,
    });
    registry.start();
    return registry;
  }

  const stateOf = (name = 'c') => registry!.get(name)!.freshness.state.kind;
  const names = (kind: string, name = 'c') =>
    registry!
      .get(name)!
      .mesh.list(kind)
      .map(({ metadata }) => metadata.name);

  it('stands still for whoever reads all of it, and takes in afterwards what came', async () => {
    api.serve(SERVICES, [service('a')]);
    start();
    await eventually(() => expect(stateOf()).toBe('synced'));
    await eventually(() => expect(api.countWatches(SERVICES)).toBe(1));
    await eventually(() => expect(api.countWatches(PODS)).toBe(1));
    const mirror = registry!.get('c')!;
    await mirror.readWhole(async () => {
      api.send(SERVICES, 'ADDED', service('b'));
      // Longer than an event takes to be read.
      await new Promise(resolve => setTimeout(resolve, 100));
      expect(names('Service')).toEqual(['a']);
    });
    await eventually(() => expect(names('Service')).toEqual(['a', 'b']));
    // Who stops it waits for no reader.
    let finish = () => {};
    const reading = mirror.readWhole(
      () =>
        new Promise<void>(resolve => {
          finish = resolve;
        }),
    );
    api.send(SERVICES, 'ADDED', service('c'));
    await registry!.stop();
    registry = undefined;
    finish();
    await reading;
  });

  it('follows additions, changes and removals', async () => {
    api.serve(SERVICES, [service('a')]);
    start();
    await eventually(() => expect(stateOf()).toBe('synced'));
    expect(names('Service')).toEqual(['a']);
    await eventually(() => expect(api.countWatches(SERVICES)).toBe(1));
    api.send(SERVICES, 'ADDED', service('b'));
    api.send(SERVICES, 'DELETED', service('a'));
    await eventually(() => expect(names('Service')).toEqual(['b']));
  });

  it('forgets what went away while it was not watching', async () => {
    api.serve(SERVICES, [service('a'), service('b')]);
    start();
    await eventually(() => expect(names('Service')).toEqual(['a', 'b']));
    await eventually(() => expect(api.countWatches(SERVICES)).toBe(1));
    const answers: (() => void)[] = [];
    api.on(SERVICES, (_, response, query) => {
      if (query.has('watch')) api.openWatch(SERVICES, response);
      else answers.push(() => sendList(response, [service('b')], '9'));
    });
    api.sendRaw(SERVICES, '{"type":"ERROR","object":{"code":410}}\n');
    await eventually(() => expect(answers).toHaveLength(1));
    await eventually(() => expect(stateOf()).toBe('stale'));
    expect(names('Service')).toEqual(['a', 'b']);
    answers[0]();
    await eventually(() => expect(stateOf()).toBe('synced'));
    expect(names('Service')).toEqual(['b']);
  });

  it('knows nothing of a kind whose first list broke off, and goes on from the start', async () => {
    let broken = true;
    api.on(SERVICES, (_, response, query) => {
      if (query.has('watch')) {
        api.openWatch(SERVICES, response);
      } else if (!query.has('continue')) {
        sendList(response, [service('a')], '1', 'more');
      } else if (broken) {
        response.writeHead(500).end();
      } else {
        sendList(response, [service('b')], '1');
      }
    });
    start();
    const { mesh } = registry!.get('c')!;
    // It is tried again and again, and each try holds the first page until the second is refused.
    await eventually(() => {
      expect(registry!.get('c')!.freshness.missingKinds).toMatchObject([
        { kind: 'services' },
      ]);
      expect(mesh.list('Service')).toEqual([]);
    });

    broken = false;
    // The state alone is `synced` where a kind is missing as well.
    await eventually(() =>
      expect(registry!.get('c')!.freshness).toMatchObject({
        state: { kind: 'synced' },
        missingKinds: [],
      }),
    );
    expect(names('Service')).toEqual(['a', 'b']);
  });

  it('keeps what it knew where a later list breaks off in the middle of an object', async () => {
    api.serve(SERVICES, [service('a'), service('b')]);
    start();
    await eventually(() => expect(stateOf()).toBe('synced'));
    await eventually(() => expect(api.countWatches(SERVICES)).toBe(1));

    let broken = true;
    const [next, last] = [service('c'), service('a')].map(each =>
      JSON.stringify(each),
    );
    api.on(SERVICES, (_, response, query) => {
      if (query.has('watch')) {
        api.openWatch(SERVICES, response);
        return;
      }
      // The order of custom resources: what is said of the list comes behind its items.
      response.write(
        `{"apiVersion":"v1","items":[${next},${last.slice(0, 30)}`,
      );
      if (broken) {
        response.destroy();
      } else {
        response.end(`${last.slice(30)}],"metadata":{"resourceVersion":"9"}}`);
      }
    });
    api.send(SERVICES, 'ERROR', { code: 410 });
    await eventually(() => expect(stateOf()).toBe('stale'));
    expect(names('Service')).toEqual(expect.arrayContaining(['a', 'b']));

    broken = false;
    await eventually(() => expect(stateOf()).toBe('synced'));
    expect(names('Service')).toEqual(['a', 'c']);
  });

  it('keeps of a pod only what decides', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'p',
        namespace: 'default',
        resourceVersion: '1',
        labels: { app: 'a' },
        annotations: { 'sidecar.istio.io/status': '{}', other: 's3cret' },
        managedFields: [{ manager: 's3cret' }],
      },
      spec: {
        serviceAccountName: 'sa',
        containers: [
          {
            name: 'main',
            env: [{ name: 'PASSWORD', value: 's3cret' }],
            ports: [{ containerPort: 80 }],
          },
        ],
      },
      status: { podIP: '10.0.0.1', phase: 'Running', hostIP: 's3cret' },
    };
    api.serve(PODS, [pod]);
    start();
    await eventually(() => expect(stateOf()).toBe('synced'));
    const kept = JSON.stringify(registry!.get('c')!.mesh.list('Pod'));
    expect(kept).not.toContain('s3cret');
    expect(kept).toContain('"serviceAccountName":"sa"');

    const before = registry!.get('c')!.revision;
    await eventually(() => expect(api.countWatches(PODS)).toBe(1));
    api.send(PODS, 'MODIFIED', {
      ...pod,
      metadata: { ...pod.metadata, resourceVersion: '2' },
    });
    api.send(PODS, 'DELETED', pod);
    await eventually(() => expect(names('Pod')).toEqual([]));
    // The health report in between meant nothing.
    expect(registry!.get('c')!.revision).toBe(before + 1);
  });

  it('serves the last picture, marked stale, and recovers by itself', async () => {
    api.serve(SERVICES, [service('a')]);
    start();
    await eventually(() => expect(stateOf()).toBe('synced'));
    api.onAll((_, response) => {
      response.writeHead(500);
      response.end();
    });
    api.resetWatches(SERVICES);
    // First the watch breaks, then opening it again fails.
    await eventually(() =>
      expect(registry!.get('c')!.freshness.state).toMatchObject({
        kind: 'stale',
        since: expect.stringMatching(/^20/),
        reason: expect.stringContaining('500'),
      }),
    );
    expect(names('Service')).toEqual(['a']);
    api.onAll(undefined);
    await eventually(() => expect(stateOf()).toBe('synced'));
  });

  it('is stale since a watch broke, however long ago it was opened', async () => {
    api.serve(SERVICES, [service('a')]);
    start();
    await eventually(() => expect(stateOf()).toBe('synced'));
    await eventually(() => expect(api.countWatches(SERVICES)).toBe(1));
    // A watch of another kind that is yet to be opened would fail as well, and be stale since its list.
    await eventually(() => {
      const lists = api.requests.filter(url => !url.includes('watch='));
      expect(api.requests).toHaveLength(2 * lists.length);
    });
    await new Promise(resolve => {
      setTimeout(resolve, 300);
    });
    const brokenAt = Date.now();
    api.onAll((_, response) => void response.writeHead(500).end());
    api.resetWatches(SERVICES);
    await eventually(() => expect(stateOf()).toBe('stale'));
    const { state } = registry!.get('c')!.freshness;
    const since = state.kind === 'stale' ? Date.parse(state.since) : 0;
    expect(since).toBeGreaterThanOrEqual(brokenAt);
    expect(since).toBeLessThanOrEqual(Date.now());
  });

  it('says which rule is missing where a kind is forbidden', async () => {
    api.serve(SERVICES, [service('a')]);
    api.on(POLICIES, (_, response) => {
      response.writeHead(403);
      response.end();
    });
    start();
    await eventually(() => expect(stateOf()).toBe('synced'));
    const mirror = registry!.get('c')!;
    expect(mirror.freshness.missingKinds).toEqual([
      {
        kind: 'authorizationpolicies.security.istio.io',
        reason: expect.stringContaining('may not read'),
        fix: expect.stringContaining(
          'apiGroups: ["security.istio.io"], resources: ["authorizationpolicies"]',
        ),
      },
    ]);
    expect(mirror.unreadKinds.map(({ kind }) => kind)).toEqual([
      'AuthorizationPolicy',
    ]);
  });

  it.each<[string, string, object[]]>([
    ['says nothing', 'gateway.networking.k8s.io', []],
    [
      'says so where Istio itself is missing',
      'security.istio.io',
      [{ kind: 'requestauthentications.security.istio.io' }],
    ],
  ])(
    'does not call an absent kind unread, and %s',
    async (_, group, missing) => {
      const plural =
        group === 'security.istio.io' ? 'requestauthentications' : 'httproutes';
      for (const version of ['v1', 'v1beta1']) {
        api.on(`/apis/${group}/${version}/${plural}`, (__, response) => {
          response.writeHead(404);
          response.end();
        });
      }
      start();
      await eventually(() => expect(stateOf()).toBe('synced'));
      const mirror = registry!.get('c')!;
      expect(mirror.unreadKinds).toEqual([]);
      expect(mirror.freshness.missingKinds).toHaveLength(missing.length);
      expect(mirror.freshness.missingKinds).toMatchObject(missing);
    },
  );

  it.each<[string, (api: FakeApiServer) => void, RegExp]>([
    ['forbidden', a => a.onAll((_, r) => void r.writeHead(403).end()), /403/],
    [
      'without credentials',
      a => a.onAll((_, r) => void r.writeHead(401).end()),
      /401/,
    ],
    [
      'not Kubernetes',
      a => a.onAll((_, r) => void r.end('<html>')),
      /not what a Kubernetes/,
    ],
    [
      'broken',
      a => a.onAll(r => void r.socket.destroy()),
      /could not be reached|broke/,
    ],
  ])(
    'does not let a cluster that is %s hide another',
    async (_, spoil, reason) => {
      const bad = await FakeApiServer.start();
      spoil(bad);
      api.serve(SERVICES, [service('a')]);
      start([
        { name: 'bad', url: bad.url, skipTLSVerify: true },
        { name: 'good', url: api.url, skipTLSVerify: true },
        { name: 'gone', url: 'http://127.0.0.1:1', skipTLSVerify: true },
        { name: 'nofile', kubeconfig: '/nowhere/kubeconfig' },
      ]);
      await eventually(() => {
        expect(stateOf('good')).toBe('synced');
        expect(['bad', 'gone', 'nofile'].map(stateOf)).toEqual([
          'unavailable',
          'unavailable',
          'unavailable',
        ]);
      });
      expect(registry!.get('bad')!.freshness.state).toMatchObject({
        reason: expect.stringMatching(reason),
        fix: expect.stringContaining("'bad'"),
      });
      expect(names('Service', 'good')).toEqual(['a']);
      await registry!.stop();
      await bad.stop();
    },
  );

  it('is still syncing while a kind hangs', async () => {
    api.serve(SERVICES, [service('a')]);
    api.on(POLICIES, () => {});
    start();
    await eventually(() => expect(names('Service')).toEqual(['a']));
    expect(stateOf()).toBe('syncing');
    expect(registry!.get('c')!.unreadKinds.map(({ kind }) => kind)).toContain(
      'AuthorizationPolicy',
    );
  });

  it('takes in any object whatever without falling over', async () => {
    api.serve(POLICIES, []);
    api.serve(SERVICES, []);
    start();
    await eventually(() => expect(api.countWatches(POLICIES)).toBe(1));
    const junk = fc.sample(
      fc.record({
        metadata: fc.record({
          name: fc.string(),
          namespace: fc.oneof(fc.string(), fc.anything()),
          labels: fc.anything(),
          annotations: fc.anything(),
        }),
        spec: fc.anything(),
        status: fc.anything(),
      }),
      200,
    );
    for (const object of junk) {
      api.send(POLICIES, 'ADDED', object);
      api.send(SERVICES, 'ADDED', object);
    }
    api.send(POLICIES, 'ADDED', {
      apiVersion: 'security.istio.io/v1',
      metadata: { name: 'last', namespace: 'default' },
      spec: {},
    });
    await eventually(
      () => expect(names('AuthorizationPolicy')).toContain('last'),
      20_000,
    );
  });

  it('follows the mesh config, and keeps no other ConfigMap', async () => {
    const path = '/api/v1/namespaces/istio-system/configmaps';
    const configMap = (name: string, data: object) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'istio-system', resourceVersion: '1' },
      data,
    });
    api.serve(path, [
      configMap('istio', { mesh: 'trustDomain: old.example', other: 's3cret' }),
      configMap('app-settings', { mesh: 's3cret', password: 's3cret' }),
    ]);
    start();
    await eventually(() => expect(stateOf()).toBe('synced'));
    const { mesh } = registry!.get('c')!;
    expect(mesh.trustDomain).toBe('old.example');
    expect(JSON.stringify(mesh.list('ConfigMap'))).not.toContain('s3cret');
    expect(api.requests.join()).not.toContain('/api/v1/configmaps');
    await eventually(() => expect(api.countWatches(path)).toBe(1));
    api.send(
      path,
      'MODIFIED',
      configMap('istio', { mesh: 'trustDomain: new.example' }),
    );
    await eventually(() => expect(mesh.trustDomain).toBe('new.example'));
  });

  it('asks for a Role where the mesh config is forbidden', async () => {
    api.on(
      '/api/v1/namespaces/istio-system/configmaps',
      (_, response) => void response.writeHead(403).end(),
    );
    start();
    await eventually(() => expect(stateOf()).toBe('synced'));
    expect(registry!.get('c')!.freshness.missingKinds).toMatchObject([
      {
        kind: 'configmaps',
        fix: expect.stringContaining('Role in namespace istio-system'),
      },
    ]);
  });

  it('reads only the namespaces that it is told to', async () => {
    start([
      {
        name: 'c',
        url: api.url,
        skipTLSVerify: true,
        namespaces: ['shop'],
      },
    ]);
    await eventually(() => expect(stateOf()).toBe('synced'));
    const paths = api.requests.map(url => url.split('?')[0]);
    expect(paths).toContain('/api/v1/namespaces/shop/services');
    expect(paths).toContain('/api/v1/namespaces/istio-system/services');
    expect(paths).not.toContain(SERVICES);
  });
});
