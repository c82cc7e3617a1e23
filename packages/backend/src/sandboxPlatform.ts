import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  authProvidersExtensionPoint,
  createProxyAuthenticator,
  createProxyAuthProviderFactory,
} from '@backstage/plugin-auth-node';

/** Of the demo's catalog. */
const PERSON = 'user:default/pat';

/**
 * The demo's second person, of the platform team: whoever asks for it is signed in, as with the guest.
 * Where approvals are asked for, they take somebody else. In development alone, and where every cluster is
 * a sandbox.
 */
export const sandboxPlatformModule = createBackendModule({
  pluginId: 'auth',
  moduleId: 'sandbox-platform',
  register(reg) {
    reg.registerInit({
      deps: {
        providers: authProvidersExtensionPoint,
        config: coreServices.rootConfig,
      },
      async init({ providers, config }) {
        const clusters =
          config.getOptionalConfigArray('istioJwt.clusters') ?? [];
        const isDemo =
          process.env.NODE_ENV === 'development' &&
          clusters.every(cluster => cluster.getOptionalBoolean('sandbox'));
        providers.registerProvider({
          providerId: 'sandbox-platform',
          factory: createProxyAuthProviderFactory({
            authenticator: createProxyAuthenticator({
              defaultProfileTransform: async () => ({ profile: {} }),
              initialize: () => undefined,
              authenticate: async () => {
                if (!isDemo) {
                  throw new NotAllowedError(
                    'Only the demo on the sandbox has this person.',
                  );
                }
                return { result: {} };
              },
            }),
            signInResolver: (_, context) =>
              context.signInWithCatalogUser({ entityRef: PERSON }),
          }),
        });
      },
    });
  },
});
