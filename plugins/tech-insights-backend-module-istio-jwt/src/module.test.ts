import {
  AuthService,
  coreServices,
  createBackendPlugin,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  FactRetriever,
  TechInsightFact,
  techInsightsFactRetrieversExtensionPoint,
} from '@backstage-community/plugin-tech-insights-node';
// The real one: the module is nothing without what it calls.
// eslint-disable-next-line @backstage/no-mixed-plugin-imports
import istioJwtPlugin from 'backstage-plugin-istio-jwt-backend';
import { Sandbox, startSandbox } from 'istio-jwt-sandbox';
import { setTimeout as sleep } from 'node:timers/promises';
import techInsightsModuleIstioJwt from '.';

const entityOf = (name: string): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name,
    namespace: 'default',
    annotations: {
      'backstage.io/kubernetes-id': name,
      'backstage.io/kubernetes-namespace': name,
    },
  },
  spec: { type: 'service', owner: 'group:default/team' },
});

/** The real backend on the sandbox; of Tech Insights the extension point, which is its contract. */
describe('the fact retriever', () => {
  let sandbox: Sandbox;
  let stop: () => Promise<unknown>;
  let auth: AuthService;
  let discovery: DiscoveryService;
  const retrievers: Record<string, FactRetriever> = {};

  const techInsights = createBackendPlugin({
    pluginId: 'tech-insights',
    register(env) {
      env.registerExtensionPoint(techInsightsFactRetrieversExtensionPoint, {
        addFactRetrievers: added => void Object.assign(retrievers, added),
      });
      env.registerInit({
        deps: { auth: coreServices.auth, discovery: coreServices.discovery },
        async init(deps) {
          ({ auth, discovery } = deps);
        },
      });
    },
  });

  const retrieve = () =>
    retrievers.istioJwtFactRetriever.handler({
      auth,
      discovery,
      logger: mockServices.logger.mock(),
      config: mockServices.rootConfig(),
      urlReader: mockServices.urlReader.mock(),
    });

  beforeAll(async () => {
    sandbox = await startSandbox({ apiPort: 0, nodePorts: 'free' });
    const started = await startTestBackend({
      features: [
        istioJwtPlugin,
        techInsights,
        techInsightsModuleIstioJwt,
        catalogServiceMock.factory({
          entities: ['reviews', 'payments'].map(entityOf),
        }),
        mockServices.rootConfig.factory({
          data: {
            istioJwt: {
              clusters: [
                { name: 'sandbox', sandbox: true, url: sandbox.apiUrl },
              ],
            },
          },
        }),
      ],
    });
    stop = () => started.stop();
  });

  afterAll(async () => {
    await stop?.();
    await sandbox?.stop();
  });

  it('gives what the coverage says of each entity, as its schema tells', async () => {
    const deadline = Date.now() + 60_000;
    let facts: TechInsightFact[] = [];
    while (facts.length < 2 && Date.now() < deadline) {
      facts = await retrieve();
      await sleep(100);
    }
    const byName = Object.fromEntries(
      facts.map(each => [each.entity.name, each]),
    );
    expect(byName).toMatchObject({
      payments: {
        entity: { kind: 'component', namespace: 'default' },
        facts: { state: 'enforced', enforced: true, exposedWaysIn: 0 },
      },
      reviews: {
        facts: {
          state: 'validated-only',
          enforced: false,
          lastProbeAgeHours: 1_000_000,
          excepted: false,
          stale: false,
        },
      },
    });
    expect(byName.reviews.facts.exposedWaysIn).toBeGreaterThan(0);
    const { schema } = retrievers.istioJwtFactRetriever;
    const types: Record<string, string> = {
      string: 'string',
      boolean: 'boolean',
      integer: 'number',
      float: 'number',
    };
    for (const each of facts) {
      expect(
        Object.entries(each.facts).map(([name, value]) => [name, typeof value]),
      ).toEqual(
        Object.keys(each.facts).map(name => [
          name,
          types[(schema[name] as { type: string }).type],
        ]),
      );
    }
  });

  it('fails where the backend refuses, so that nothing is stored', async () => {
    const { getBaseUrl } = discovery;
    discovery.getBaseUrl = async id =>
      `${await getBaseUrl.call(discovery, id)}/no`;
    await expect(retrieve()).rejects.toThrow(/404/);
  });
});
