import { stringifyEntityRef } from '@backstage/catalog-model';
import { Router } from 'express';
import { ClusterRegistry } from '../cluster';
import { CoverageService } from '../coverage';
import { StateHistoryStore } from '../history';
import { createOpenApiRouter } from '../schema/openapi/generated/router';
import { StatusNotifier, StatusService } from '../status';
import { addCoverageRoutes } from './coverageRoutes';
import { EnablementCalls } from './EnablementCalls';
import { addEnablementRoutes } from './enablementRoutes';
import {
  EntityReading,
  readAudited,
  readCredentials,
  readPage,
} from './entityRequest';
import { addProbeRunRoutes, ProbeRunRoutes } from './probeRunRoutes';
import { readStatus } from './readStatus';

export interface RouterOptions extends EntityReading, ProbeRunRoutes {
  registry: ClusterRegistry;
  statuses: StatusService;
  notifier: StatusNotifier;
  history: Pick<StateHistoryStore, 'list'>;
  probesEnabled: boolean;
  /** Absent: its paths answer 404. */
  enablement?: EnablementCalls;
  /** Absent: its paths answer 404. */
  coverage?: CoverageService;
  /** Also holds every answer against openapi.yaml, for tests. */
  validateResponses?: boolean;
}

/** The HTTP API of openapi.yaml. */
export async function createRouter(options: RouterOptions): Promise<Router> {
  const router = await createOpenApiRouter(
    options.validateResponses
      ? { validatorOptions: { validateResponses: true } }
      : undefined,
  );

  router.get('/v1/clusters', async (request, response) => {
    await readCredentials(options, request);
    response.json(options.registry.listFreshness());
  });

  router.get(
    '/v1/entities/:kind/:namespace/:name/status',
    async (request, response) => {
      response.json(
        await readStatus(options, {
          ref: request.params,
          credentials: await readCredentials(options, request),
          request,
        }),
      );
    },
  );

  router.get(
    '/v1/entities/:kind/:namespace/:name/history',
    async (request, response) => {
      response.json(
        await readAudited(options, request, 'history', entity =>
          options.history.list(stringifyEntityRef(entity), readPage(request)),
        ),
      );
    },
  );

  addProbeRunRoutes(router as Router, options);

  if (options.enablement) {
    addEnablementRoutes(router as Router, options, options.enablement);
  }

  if (options.coverage) {
    addCoverageRoutes(router as Router, options, options.coverage);
  }

  return router;
}
