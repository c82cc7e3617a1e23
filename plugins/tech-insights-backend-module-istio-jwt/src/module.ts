import { createBackendModule } from '@backstage/backend-plugin-api';
import { techInsightsFactRetrieversExtensionPoint } from '@backstage-community/plugin-tech-insights-node';
import { createIstioJwtFactRetriever } from './createFactRetriever';

/**
 * Adds the fact retriever `istioJwtFactRetriever`.
 *
 * @public
 */
export const techInsightsModuleIstioJwt = createBackendModule({
  pluginId: 'tech-insights',
  moduleId: 'istio-jwt',
  register(env) {
    env.registerInit({
      deps: { retrievers: techInsightsFactRetrieversExtensionPoint },
      async init({ retrievers }) {
        retrievers.addFactRetrievers({
          istioJwtFactRetriever: createIstioJwtFactRetriever(),
        });
      },
    });
  },
});
