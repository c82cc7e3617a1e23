import { parseEntityRef } from '@backstage/catalog-model';
import { FactRetriever } from '@backstage-community/plugin-tech-insights-node';
import { CoverageService } from 'backstage-plugin-istio-jwt-common';
import { listServices } from './listServices';
import { schema, sumUp } from './sumUp';

/**
 * Makes the retriever. It reads the coverage of the istio-jwt backend as a service, so that its facts are
 * of all services; who may read facts is for Tech Insights to decide. Where the coverage cannot be
 * read to its end it fails, and no facts are stored.
 *
 * @public
 */
export function createIstioJwtFactRetriever(): FactRetriever {
  return {
    id: 'istio-jwt',
    version: '0.1.0',
    title: 'JWT protection',
    description:
      'Whether requests to the services of an entity need a valid JWT on Istio',
    schema,
    handler: async ({ auth, discovery }) => {
      const services = new Map<string, CoverageService[]>();
      for await (const service of listServices({ auth, discovery })) {
        const { entityRef } = service;
        if (entityRef) {
          services.set(entityRef, [
            ...(services.get(entityRef) ?? []),
            service,
          ]);
        }
      }
      return [...services].map(([entityRef, own]) => {
        const { kind, namespace, name } = parseEntityRef(entityRef);
        return {
          entity: { kind, namespace, name },
          facts: sumUp(own, Date.now()),
        };
      });
    },
  };
}
