import { HttpAuthService } from '@backstage/backend-plugin-api';
import { CompoundEntityRef } from '@backstage/catalog-model';
import {
  EnablementDeclineRequest,
  EnablementPlanRequest,
  EnablementProposalRequest,
} from 'backstage-plugin-istio-jwt-common';
import { NextFunction, Request, Response, Router } from 'express';
import { TooManyRequestsError } from '../TooManyRequestsError';
import { EnablementCalls, EntityCall } from './EnablementCalls';
import { EntityRequest, readCredentials, readPage } from './entityRequest';

const ENTITY = '/v1/entities/:kind/:namespace/:name';

/** Adds the paths of plans and operations. */
export function addEnablementRoutes(
  router: Router,
  options: { httpAuth: HttpAuthService },
  calls: EnablementCalls,
): void {
  const read = async (request: EntityRequest): Promise<EntityCall> => ({
    ref: refOf(request),
    credentials: await readCredentials(options, request),
    request,
  });

  router.get(`${ENTITY}/enablement-options`, async (request, response) => {
    response.json(await calls.getOptions(await read(request)));
  });

  router.post(`${ENTITY}/enablement-plans`, async (request, response) => {
    const body = request.body as EnablementPlanRequest;
    response.json(await calls.plan(await read(request), body));
  });

  router.get(
    `${ENTITY}/enablement-plans/:planId`,
    async (request, response) => {
      const planId = idOf(request, 'planId');
      response.json(await calls.readPlan(await read(request), planId));
    },
  );

  router.post(
    `${ENTITY}/enablement-plans/:planId/proposal`,
    async (request, response) => {
      const { url } = request.body as EnablementProposalRequest;
      const planId = idOf(request, 'planId');
      response
        .status(202)
        .json(await calls.propose(await read(request), planId, url));
    },
  );

  router.get(`${ENTITY}/enablements`, async (request, response) => {
    response.json(await calls.list(await read(request), readPage(request)));
  });

  router.post(`${ENTITY}/enablements`, async (request, response) => {
    const { planId } = request.body as { planId: string };
    response.status(202).json(await calls.start(await read(request), planId));
  });

  router.get(
    `${ENTITY}/enablements/:enablementId`,
    async (request, response) => {
      const id = idOf(request, 'enablementId');
      response.json(await calls.get(await read(request), id));
    },
  );

  router.get(
    `${ENTITY}/enablements/:enablementId/plan`,
    async (request, response) => {
      const id = idOf(request, 'enablementId');
      response.json(await calls.readWaitingPlan(await read(request), id));
    },
  );

  router.post(
    `${ENTITY}/enablements/:enablementId/decline`,
    async (request, response) => {
      const { reason } = request.body as EnablementDeclineRequest;
      const id = idOf(request, 'enablementId');
      response
        .status(202)
        .json(await calls.decline(await read(request), id, reason));
    },
  );

  for (const action of ['cancel', 'approve', 'enforce'] as const) {
    router.post(
      `${ENTITY}/enablements/:enablementId/${action}`,
      async (request, response) => {
        const id = idOf(request, 'enablementId');
        response.status(202).json(await calls[action](await read(request), id));
      },
    );
  }

  router.use(tellWhenToRetry);
}

function tellWhenToRetry(
  error: unknown,
  _: Request,
  response: Response,
  next: NextFunction,
): void {
  if (error instanceof TooManyRequestsError) {
    response.set('Retry-After', String(error.retryAfterSeconds));
  }
  next(error);
}

function refOf({ params }: EntityRequest): CompoundEntityRef {
  const { kind, namespace, name } = params;
  return { kind, namespace, name };
}

function idOf(
  { params }: EntityRequest,
  key: 'planId' | 'enablementId',
): string {
  return (params as unknown as Record<typeof key, string>)[key];
}
