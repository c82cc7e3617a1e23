import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  istioJwtProbeRunPermission,
  ProbeRun,
} from 'backstage-plugin-istio-jwt-common';
import { Router } from 'express';
import { ProbeRunner, StartResult } from '../probes';
import { ProbeRunStore } from '../storage';
import {
  EntityReading,
  nameEntity,
  openRequested,
  readAudited,
  readPage,
} from './entityRequest';
import { nameCaller } from './nameCaller';
import { withAudit } from './withAudit';

const RUNS = '/v1/entities/:kind/:namespace/:name/probe-runs';

export interface ProbeRunRoutes {
  runner: ProbeRunner;
  store: ProbeRunStore;
}

/** Adds the paths of probe runs. */
export function addProbeRunRoutes(
  router: Router,
  options: EntityReading & ProbeRunRoutes,
): void {
  const { auditor, runner, store } = options;

  router.post(RUNS, async (request, response) => {
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
  });

  router.get(RUNS, async (request, response) => {
    response.json(
      await readAudited(options, request, 'probe-runs', entity =>
        store.listRuns(stringifyEntityRef(entity), readPage(request)),
      ),
    );
  });

  router.get(`${RUNS}/:runId`, async (request, response) => {
    const { runId } = request.params;
    response.json(
      await readAudited(options, request, 'probe-run', entity =>
        readRun(store, entity, runId),
      ),
    );
  });

  router.post(`${RUNS}/:runId/cancel`, async (request, response) => {
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
  });
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
