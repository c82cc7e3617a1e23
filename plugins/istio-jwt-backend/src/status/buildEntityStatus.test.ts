import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { ClusterRegistry } from '../cluster';
import { readIstioJwtConfig } from '../config';
import { eventually, FakeApiServer } from '../testing/FakeApiServer';
import { buildEntityStatus } from './buildEntityStatus';
import { LastRunCache } from './LastRunCache';
import { StatusService } from './StatusService';

const POLICIES = '/apis/security.istio.io/v1/authorizationpolicies';
const meta = (name: string, extra: object = {}) => ({
  name,
  namespace: 'shop',
  resourceVersion: '1',
  ...extra,
});
const requireToken = (name: string, spec: object) => ({
  apiVersion: 'security.istio.io/v1',
  metadata: meta(name),
  spec,
});
const goodPolicy = requireToken('need-token', {
  rules: [{ from: [{ source: { requestPrincipals: ['https://i/*'] } }] }],
});
const shop = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'shop',
    namespace: 'default',
    annotations: { 'backstage.io/kubernetes-label-selector': 'app=shop' },
  },
};

describe('buildEntityStatus', () => {
  let api: FakeApiServer;
  let registry: ClusterRegistry;

  beforeEach(async () => {
    api = await FakeApiServer.start();
    api.serve('/api/v1/namespaces', [
      { metadata: { name: 'shop', resourceVersion: '1' } },
    ]);
    api.serve('/api/v1/services', [
      {
        metadata: meta('shop'),
        spec: {
          selector: { app: 'shop' },
          ports: [{ name: 'http', port: 80, targetPort: 8080 }],
        },
      },
    ]);
    api.serve('/api/v1/pods', [
      {
        metadata: meta('shop-1', {
          labels: { app: 'shop' },
          annotations: { 'sidecar.istio.io/status': '{}' },
        }),
        spec: {
          serviceAccountName: 'shop',
          containers: [
            { name: 'shop', ports: [{ containerPort: 8080 }] },
            { name: 'istio-proxy' },
          ],
        },
        status: { podIP: '10.0.0.1', phase: 'Running' },
      },
    ]);
    api.serve('/apis/security.istio.io/v1/requestauthentications', [
      {
        metadata: meta('jwt'),
        spec: {
          jwtRules: [{ issuer: 'https://i', jwksUri: 'https://i/jwks' }],
        },
      },
    ]);
    api.serve(POLICIES, [goodPolicy]);
  });

  afterEach(async () => {
    await registry.stop();
    await api.stop();
  });

  function start(others: object[] = [], ownership: object[] = []) {
    const { clusters } = readIstioJwtConfig(
      new ConfigReader({
        istioJwt: {
          clusters: [
            { name: 'c', url: api.url, skipTLSVerify: true },
            ...others,
          ],
          ownership,
        },
      }),
    );
    registry = new ClusterRegistry(clusters, {
      logger: mockServices.logger.mock(),
    });
    registry.start();
  }

  const build = () => buildEntityStatus(shop, registry, {});

  it('finds a Service by the Pods behind it, and calls it protected only when all is known', async () => {
    start();
    await eventually(() => expect(build().state).toBe('enforced'));
    expect(registry.get('c')!.freshness.state.kind).toBe('synced');
    expect(build().problems).toEqual([]);
    expect(build().revision).toBe(build().revision);
  });

  it('says which Service is left out as another owner’s, and shows it once the entity is theirs', async () => {
    start([], [{ namespaces: ['sh*'], owners: ['group:default/shop-team'] }]);
    await eventually(() =>
      expect(registry.get('c')!.freshness.state.kind).toBe('synced'),
    );
    expect(build()).toMatchObject({
      state: 'unknown',
      services: [],
      problems: [
        {
          code: 'not-owner',
          message: expect.stringMatching(
            /^c\/shop\/shop .*istioJwt\.ownership/,
          ),
          fix: expect.stringContaining('istioJwt.ownership'),
        },
      ],
    });
    const owned = {
      ...shop,
      relations: [{ type: 'ownedBy', targetRef: 'group:default/shop-team' }],
    };
    expect(buildEntityStatus(owned, registry, {})).toMatchObject({
      state: 'enforced',
      problems: [],
    });
    // Kept answers are of an owner, too.
    const statuses = new StatusService(registry, new LastRunCache({} as never));
    expect((await statuses.peekStatus(owned)).services).toHaveLength(1);
    expect((await statuses.peekStatus(shop)).services).toHaveLength(0);
  });

  it('is unknown while another cluster, where it may be open, is not read', async () => {
    start([{ name: 'gone', url: 'https://127.0.0.1:9' }]);
    await eventually(() =>
      expect(build()).toMatchObject({
        state: 'unknown',
        reason: expect.stringContaining('gone could not be read'),
        services: [{ state: 'enforced' }],
      }),
    );
    expect(build().problems).toMatchObject([{ code: 'cluster-unavailable' }]);
  });

  it('is unknown while a kind that could undo it is not read', async () => {
    api.on('/apis/networking.istio.io/v1alpha3/envoyfilters', () => {});
    start();
    await eventually(() =>
      expect(build()).toMatchObject({
        state: 'unknown',
        services: [{ waysIn: [{ state: 'unknown' }] }],
        reason: expect.stringContaining('envoyfilters.networking.istio.io'),
      }),
    );
  });

  it('tells of each proxy why its policies may not be all', async () => {
    start();
    await eventually(() => expect(build().state).toBe('enforced'));
    const [{ waysIn }] = build().services;
    expect(waysIn[0].hops[0]).not.toHaveProperty('opaque');
    await registry.stop();
    api.serve('/apis/networking.istio.io/v1alpha3/envoyfilters', [
      {
        apiVersion: 'networking.istio.io/v1alpha3',
        metadata: meta('extra'),
        spec: { configPatches: [{ applyTo: 'HTTP_FILTER' }] },
      },
    ]);
    start();
    await eventually(() =>
      expect(build()).toMatchObject({
        services: [
          {
            waysIn: [
              {
                hops: [
                  {
                    opaque: [expect.stringContaining('EnvoyFilter shop/extra')],
                  },
                ],
              },
            ],
          },
        ],
      }),
    );
  });

  it('is unknown where policies are forbidden, whatever else says', async () => {
    api.on(POLICIES, (_, response) => void response.writeHead(403).end());
    start();
    await eventually(() =>
      expect(build().freshness[0].state.kind).toBe('synced'),
    );
    expect(build()).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('authorizationpolicies'),
    });
  });

  it('names a malformed policy that may apply, and takes back the verdict', async () => {
    api.serve(POLICIES, [
      goodPolicy,
      requireToken('odd', { action: 'PERMIT', rules: [{}] }),
    ]);
    start();
    await eventually(() =>
      expect(build().freshness[0].state.kind).toBe('synced'),
    );
    expect(build().state).toBe('unknown');
    expect(build().problems).toMatchObject([
      {
        code: 'malformed-policy',
        message: expect.stringContaining('shop/odd'),
      },
    ]);
  });
});
