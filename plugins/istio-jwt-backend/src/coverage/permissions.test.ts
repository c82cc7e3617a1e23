import { permissionsServiceFactory } from '@backstage/backend-defaults/permissions';
import { httpAuthServiceFactory } from '@backstage/backend-defaults/httpAuth';
import {
  coreServices,
  createBackendModule,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import {
  catalogConditions,
  createCatalogConditionalDecision,
} from '@backstage/plugin-catalog-backend/alpha';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import permissionPlugin from '@backstage/plugin-permission-backend';
import {
  AuthorizeResult,
  isPermission,
} from '@backstage/plugin-permission-common';
import { catalogEntityReadPermission } from '@backstage/plugin-catalog-common/alpha';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import {
  istioJwtCoverageReadPermission,
  istioJwtExceptionCreatePermission,
} from 'backstage-plugin-istio-jwt-common';
import { generateMesh, Sandbox, startSandbox } from 'istio-jwt-sandbox';
import request from 'supertest';
import plugin from '..';
import { eventually } from '../testing/FakeApiServer';
import { claimingEntity } from '../__testUtils__/CoverageHarness';

const SERVICES = 8;

const nameOf = (index: number) => `service-${String(index).padStart(5, '0')}`;

/** Alice owns two services, Bob one; two are nobody's; nobody claims the last. */
const OWNERS = ['alice', 'alice', 'bob', 'carol', 'carol', 'carol', 'carol'];

const entities = OWNERS.map((owner, index) => {
  const entity = claimingEntity(nameOf(index), {
    owner: `user:default/${owner}`,
    annotations: {
      'backstage.io/managed-by-location': 'url:https://x',
      'backstage.io/managed-by-origin-location': 'url:https://x',
    },
  });
  return {
    ...entity,
    relations: undefined,
    metadata: { ...entity.metadata, labels: { tier: owner } },
    spec: { ...entity.spec, type: 'service', lifecycle: 'production' },
  };
});

const entitiesModule = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'services',
  register(env) {
    env.registerInit({
      deps: { catalog: catalogProcessingExtensionPoint },
      async init({ catalog }) {
        catalog.addEntityProvider({
          getProviderName: () => 'services',
          connect: connection =>
            connection.applyMutation({
              type: 'full',
              entities: entities.map(entity => ({
                locationKey: 'test',
                entity,
              })),
            }),
        });
      },
    });
  },
});

/**
 * platform: everything. alice, bob: what they own. dave: what carries a label, by a rule that the index
 * does not know. erin: everything that the catalog shows, which is what Bob owns. mallory: nothing.
 */
const policyModule = createBackendModule({
  pluginId: 'permission',
  moduleId: 'coverage',
  register(env) {
    env.registerInit({
      deps: { policy: policyExtensionPoint },
      async init({ policy }) {
        policy.setPolicy({
          handle: async ({ permission }, user) => {
            const name = user?.info.userEntityRef ?? '';
            const isCatalog = isPermission(
              permission,
              catalogEntityReadPermission,
            );
            if (isCatalog && name.endsWith('/erin')) {
              return createCatalogConditionalDecision(
                permission as typeof catalogEntityReadPermission,
                catalogConditions.isEntityOwner({
                  claims: ['user:default/bob'],
                }),
              );
            }
            if (
              isPermission(permission, istioJwtCoverageReadPermission) ||
              isPermission(permission, istioJwtExceptionCreatePermission)
            ) {
              switch (name.split('/')[1]) {
                case 'platform':
                case 'erin':
                  return { result: AuthorizeResult.ALLOW };
                case 'dave':
                  return createCatalogConditionalDecision(permission, {
                    allOf: [
                      catalogConditions.hasLabel({ label: 'tier' }),
                      catalogConditions.hasMetadata({
                        key: 'labels.tier',
                        value: 'carol',
                      }),
                    ],
                  });
                case 'mallory':
                  return { result: AuthorizeResult.DENY };
                default:
                  return createCatalogConditionalDecision(
                    permission,
                    catalogConditions.isEntityOwner({
                      claims: user?.info.ownershipEntityRefs ?? [],
                    }),
                  );
              }
            }
            return { result: AuthorizeResult.ALLOW };
          },
        });
      },
    });
  },
});

/** The mock forgets, when a plugin calls another for a user, which plugin calls. */
const authServiceFactory = createServiceFactory({
  service: coreServices.auth,
  deps: { plugin: coreServices.pluginMetadata },
  factory: ({ plugin: { getId } }) => {
    const auth = mockServices.auth({
      pluginId: getId(),
      disableDefaultAuthPolicy: false,
    });
    const authenticate = auth.authenticate.bind(auth);
    return Object.assign(auth, {
      authenticate: async (token: string) => {
        const credentials: any = await authenticate(token);
        return token.startsWith('mock-service-token') &&
          credentials.principal.type === 'user'
          ? {
              ...credentials,
              principal: {
                ...credentials.principal,
                actor: { type: 'service', subject: 'plugin:test' },
              },
            }
          : credentials;
      },
    });
  },
});

describe('the coverage with the real catalog and permission plugins', () => {
  let sandbox: Sandbox;
  let backend: Awaited<ReturnType<typeof startTestBackend>>;

  const call = (user: string, path: string) =>
    request(backend.server)
      .get(`/api/istio-jwt/v1${path}`)
      .set(
        'authorization',
        mockCredentials.user.header(`user:default/${user}`),
      );
  const read = async (user: string, path: string) => {
    const { status, body } = await call(user, path);
    expect([user, path, status]).toEqual([user, path, 200]);
    return body;
  };

  beforeAll(async () => {
    sandbox = await startSandbox({
      apiPort: 0,
      nodePorts: 'free',
      objects: generateMesh({ services: SERVICES, seed: 5 }),
    });
    backend = await startTestBackend({
      features: [
        plugin,
        catalogPlugin,
        entitiesModule,
        permissionPlugin,
        policyModule,
        permissionsServiceFactory,
        httpAuthServiceFactory,
        authServiceFactory,
        mockServices.rootConfig.factory({
          data: {
            permission: { enabled: true },
            catalog: { processingInterval: { seconds: 1 } },
            istioJwt: {
              clusters: [{ name: 's', sandbox: true, url: sandbox.apiUrl }],
              schedule: { enabled: false },
              coverage: { catalogInterval: { seconds: 1 } },
            },
          },
        }),
      ],
    });
    // The catalog has to stitch its relations first.
    await eventually(async () => {
      const { claimed } = await read('platform', '/coverage/summary');
      const { total } = await read('alice', '/coverage/services');
      if (claimed !== OWNERS.length || total !== 2) {
        throw new Error(`${claimed} claimed, ${total} of Alice`);
      }
    });
  });
  afterAll(async () => {
    await backend?.stop();
    await sandbox?.stop();
  });

  it.each([
    ['platform', [0, 1, 2, 3, 4, 5, 6, 7], 'all'],
    ['alice', [0, 1], 'own'],
    ['bob', [2], 'own'],
    ['dave', [3, 4, 5, 6], 'own'],
    // Services that nobody claims are none of the catalog's, so that it hides none of them.
    ['erin', [2, 7], 'own'],
    ['nobody', [], 'own'],
  ])(
    '%s sees, and counts, just what may be seen',
    async (user, indexes, scope) => {
      const names = indexes.map(nameOf);
      const { items, total } = await read(user, '/coverage/services');
      expect(items.map((item: any) => item.name)).toEqual(names);
      expect(total).toBe(names.length);
      expect(await read(user, '/coverage/summary')).toMatchObject({
        total: names.length,
        scope,
      });
      const sum = (groups: any[]) =>
        groups.reduce((count, group) => count + group.total, 0);
      for (const by of ['owner', 'namespace', 'gateway', 'issuer', 'system']) {
        const { groups } = await read(user, `/coverage/groups?by=${by}`);
        expect([by, sum(groups)]).toEqual([by, names.length]);
      }
      const { findings } = await read(user, '/coverage/findings');
      // The day may have been recorded before the catalog was whole; it is again soon.
      await eventually(async () => {
        const { points } = await read(user, '/coverage/trend?days=1');
        expect(points).toEqual([
          expect.objectContaining({ kind: 'recorded', total: names.length }),
        ]);
      });
      for (const finding of findings) {
        expect(finding.services).toBeLessThanOrEqual(names.length);
        expect(names).toEqual(
          expect.arrayContaining(
            finding.affected.map((each: any) => each.name),
          ),
        );
      }
      const csv = (await call(user, '/coverage/export?format=csv')).text;
      expect(csv.trim().split('\r\n')).toHaveLength(names.length + 1);
      // A filter is no way around.
      expect(
        await read(user, '/coverage/services?owner=user%3Adefault%2Fcarol'),
      ).toMatchObject({ total: indexes.filter(i => i >= 3 && i < 7).length });
    },
  );

  it('refuses whoever has no permission at all', async () => {
    expect((await call('mallory', '/coverage/summary')).status).toBe(403);
  });

  it('exceptions are for who may see and own the service', async () => {
    const ask = (user: string, name: string) =>
      request(backend.server)
        .post('/api/istio-jwt/v1/exceptions')
        .set(
          'authorization',
          mockCredentials.user.header(`user:default/${user}`),
        )
        .send({
          scope: { cluster: 's', namespace: 'team-000', name },
          reason: 'Not yet',
          expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
        });
    expect((await ask('alice', nameOf(0))).status).toBe(201);
    expect((await ask('alice', nameOf(2))).status).toBe(404);
    expect((await ask('alice', nameOf(7))).status).toBe(404);
    expect((await ask('platform', nameOf(7))).status).toBe(201);
    expect((await read('alice', '/exceptions')).items).toHaveLength(1);
    expect((await read('bob', '/exceptions')).items).toHaveLength(0);
    expect((await read('platform', '/exceptions')).items).toHaveLength(2);
  });
});
