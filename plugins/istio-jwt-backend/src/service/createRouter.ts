import {
  AuditorService,
  BackstageCredentials,
  HttpAuthService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { ResourcePermission } from '@backstage/plugin-permission-common';
import {
  istioJwtProbeRunPermission,
  ProbeRun,
} from 'backstage-plugin-istio-jwt-common';
import express, { Router } from 'express';
import { ClusterRegistry } from '../cluster';
import { CoverageService } from '../coverage';
import { StateHistoryStore } from '../history';
import { ProbeRunner, StartResult } from '../probes';
import { createOpenApiRouter } from '../schema/openapi/generated/router';
import { StatusNotifier, StatusService } from '../status';
import { ProbeRunStore } from '../storage';
import { addCoverageRoutes } from './coverageRoutes';
import { EnablementCalls } from './EnablementCalls';
import { addEnablementRoutes } from './enablementRoutes';
import { nameCaller } from './nameCaller';
import { openEntity, OpenEntity } from './openEntity';
import { readStatus } from './readStatus';
import { withAudit } from './withAudit';

export interface RouterOptions {
  auditor: AuditorService;
  catalog: CatalogService;
  httpAuth: HttpAuthService;
  permissions: PermissionsService;
  registry: ClusterRegistry;
  statuses: StatusService;
  notifier: StatusNotifier;
  runner: ProbeRunner;
  store: ProbeRunStore;
  history: Pick<StateHistoryStore, 'list'>;
  probesEnabled: boolean;
  /** Absent: its paths answer 404. */
  enablement?: EnablementCalls;
  /** Absent: its paths answer 404. */
  coverage?: CoverageService;
  /** Also holds every answer against openapi.yaml, for tests. */
  validateResponses?: boolean;
}

export type EntityRequest = express.Request<
  { kind: string; namespace: string; name: string },
  any,
  any,
  any
>;

/** The HTTP API of openapi.yaml. */
export async function createRouter(options: RouterOptions): Promise<Router> {
  const { auditor, httpAuth, registry, runner, store } = options;
  const router = await createOpenApiRouter(
    options.validateResponses
      ? { validatorOptions: { validateResponses: true } }
      : undefined,
  );

  router.get('/v1/clusters', async (request, response) => {
    await httpAuth.credentials(request, { allow: ['user', 'service'] });
    response.json(registry.listFreshness());
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

  router.post(
    '/v1/entities/:kind/:namespace/:name/probe-runs',
    async (request, response) => {
      const result = await withAudit(
        auditor,
        {
          eventId: 'probe-run-create',
          severityLevel: 'medium',
          request,
          meta: { entityRef: nameEntity(request) },
        },
        async () => {
          const { entity, credentials } = await openRequested(
            options,
            request,
            istioJwtProbeRunPermission,
          );
          return refuseUnlessStarted(
            await runner.start(entity, nameCaller(credentials)),
          );
        },
      );
      if (result.kind === 'too-soon') {
        const seconds = Math.ceil(result.retryAfterMs / 1000);
        response
          .status(429)
          .set('Retry-After', String(seconds))
          .json({
            error: {
              name: 'TooManyRequestsError',
              message: `Probes ran a moment ago. Try again in ${seconds} s.`,
            },
            // Clients know Backstage's error bodies by these two.
            request: { method: request.method, url: request.originalUrl },
            response: { statusCode: 429 },
          });
        return;
      }
      response.status(202).json(result.run);
    },
  );

  router.get(
    '/v1/entities/:kind/:namespace/:name/probe-runs',
    async (request, response) => {
      response.json(
        await readAudited(options, request, 'probe-runs', entity =>
          store.listRuns(stringifyEntityRef(entity), readPage(request)),
        ),
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

  router.get(
    '/v1/entities/:kind/:namespace/:name/probe-runs/:runId',
    async (request, response) => {
      const { runId } = request.params;
      response.json(
        await readAudited(options, request, 'probe-run', entity =>
          readRun(store, entity, runId),
        ),
      );
    },
  );

  router.post(
    '/v1/entities/:kind/:namespace/:name/probe-runs/:runId/cancel',
    async (request, response) => {
      const run = await withAudit(
        auditor,
        {
          eventId: 'probe-run-cancel',
          severityLevel: 'medium',
          request,
          meta: { entityRef: nameEntity(request), runId: request.params.runId },
        },
        async () => {
          const { entity } = await openRequested(
            options,
            request,
            istioJwtProbeRunPermission,
          );
          const found = await readRun(store, entity, request.params.runId);
          if (!runner.cancel(found.id)) {
            throw new ConflictError(
              'This run is over, or another replica of the backend runs it.',
            );
          }
          return found;
        },
      );
      response.status(202).json(run);
    },
  );

  if (options.enablement) {
    addEnablementRoutes(
      router as Router,
      options,
      options.enablement,
      readPage,
    );
  }

  if (options.coverage) {
    addCoverageRoutes(router as Router, options, options.coverage, nameCaller);
  }

  return router;
}

function readCredentials(
  { httpAuth }: RouterOptions,
  request: EntityRequest,
): Promise<BackstageCredentials> {
  return httpAuth.credentials(request, { allow: ['user', 'service'] });
}

async function openRequested(
  options: RouterOptions,
  request: EntityRequest,
  ...wanted: ResourcePermission<'catalog-entity'>[]
): Promise<OpenEntity> {
  return openEntity(
    options,
    request.params,
    await readCredentials(options, request),
    ...wanted,
  );
}

/** Reads something of an entity that the caller may see, as one event of the audit log. */
function readAudited<T>(
  options: RouterOptions,
  request: EntityRequest,
  what: string,
  read: (entity: Entity) => Promise<T>,
): Promise<T> {
  return withAudit(
    options.auditor,
    {
      eventId: 'entity-read',
      severityLevel: 'low',
      request,
      meta: { entityRef: nameEntity(request), what },
    },
    async () => read((await openRequested(options, request)).entity),
  );
}

async function readRun(
  store: ProbeRunStore,
  entity: Entity,
  runId: string,
): Promise<ProbeRun> {
  const run = await store.getRun(stringifyEntityRef(entity), runId);
  if (!run) {
    throw new NotFoundError(`No probe run ${runId} of this entity`);
  }
  return run;
}

function refuseUnlessStarted(
  result: StartResult,
): Extract<StartResult, { kind: 'started' | 'too-soon' }> {
  switch (result.kind) {
    case 'running':
      throw new ConflictError('Probes of this entity are running already.');
    case 'disabled':
      throw new NotAllowedError(
        'Probes are switched off by istioJwt.probes.enabled.',
      );
    case 'reading':
      throw new ServiceUnavailableError(
        `${result.clusters.join(
          ', ',
        )}: still being read for the first time. Run the probes again in a moment.`,
      );
    case 'paused':
      throw new ServiceUnavailableError(
        'Every cluster of this entity is in maintenance.',
      );
    case 'impossible':
      throw new InputError(`${result.problem.message} ${result.problem.fix}`);
    default:
      return result;
  }
}

const PAGE_SIZE = 50;

/** The OpenAPI validator has bounded both. */
function readPage({ query }: EntityRequest): {
  limit: number;
  cursor?: string;
} {
  return { limit: Number(query.limit ?? PAGE_SIZE), cursor: query.cursor };
}

function nameEntity({ params }: EntityRequest): string {
  return `${params.kind}:${params.namespace}/${params.name}`.toLowerCase();
}
