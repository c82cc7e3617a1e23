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
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import { istioJwtProbeRunPermission } from 'backstage-plugin-istio-jwt-common';
import request from 'supertest';
import plugin from './index';
import { eventually } from './testing/FakeApiServer';

const shop = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'shop',
    namespace: 'default',
    annotations: {
      'backstage.io/managed-by-location': 'url:https://x',
      'backstage.io/managed-by-origin-location': 'url:https://x',
    },
  },
  spec: {
    type: 'service',
    lifecycle: 'production',
    owner: 'user:default/alice',
  },
};

const policyModule = createBackendModule({
  pluginId: 'permission',
  moduleId: 'owners-probe',
  register(env) {
    env.registerInit({
      deps: { policy: policyExtensionPoint },
      async init({ policy }) {
        policy.setPolicy({
          handle: async ({ permission }, user) =>
            isPermission(permission, istioJwtProbeRunPermission)
              ? createCatalogConditionalDecision(
                  permission,
                  catalogConditions.isEntityOwner({
                    claims: user?.info.ownershipEntityRefs ?? [],
                  }),
                )
              : { result: AuthorizeResult.ALLOW },
        });
      },
    });
  },
});

const entitiesModule = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'one-entity',
  register(env) {
    env.registerInit({
      deps: { catalog: catalogProcessingExtensionPoint },
      async init({ catalog }) {
        catalog.addEntityProvider({
          getProviderName: () => 'one-entity',
          connect: connection =>
            connection.applyMutation({
              type: 'full',
              entities: [
                {
                  locationKey: 'test',
                  entity: shop,
                },
              ],
            }),
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

it("applies the catalog's ownership rule to probes, with the real catalog and permission plugins", async () => {
  const { server } = await startTestBackend({
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
        },
      }),
    ],
  });
  const call = (method: 'get' | 'post', user: string, path: string) =>
    request(server)
      [method](`/api/istio-jwt/v1/entities/component/default/shop/${path}`)
      .set(
        'authorization',
        mockCredentials.user.header(`user:default/${user}`),
      );
  const getStatus = async (user: string) =>
    (await call('get', user, 'status')).body;

  await eventually(
    async () =>
      expect(await getStatus('alice')).toMatchObject({ canRunProbes: true }),
    20_000,
  );
  expect(await getStatus('mallory')).toMatchObject({ canRunProbes: false });
  // The owner gets past the permission, to be told that the entity has no annotations.
  expect((await call('post', 'alice', 'probe-runs')).status).toBe(400);
  expect((await call('post', 'mallory', 'probe-runs')).status).toBe(403);
});
