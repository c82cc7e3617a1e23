import { BackstageCredentials } from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { NotAllowedError } from '@backstage/errors';
import { ResourcePermission } from '@backstage/plugin-permission-common';
import {
  Enablement,
  EnablementOptions,
  EnablementPlanRequest,
  EnablementPlanView,
  EnablementSummary,
  istioJwtEnablementApprovePermission,
  istioJwtEnablementCreatePermission,
  Page,
} from 'backstage-plugin-istio-jwt-common';
import { Router } from 'express';
import {
  describeOperation,
  EnablementService,
  summariseOperation,
} from '../enablement';
import { StoredOperation } from '../enablement/store/EnablementStore';
import { authorizeEntity } from './authorizeEntity';
import type { EntityRequest, OpenEntity, RouterOptions } from './createRouter';
import { withAudit } from './withAudit';

export interface EnablementRouteTools {
  openEntity(request: EntityRequest): Promise<OpenEntity>;
  nameEntity(request: EntityRequest): string;
  nameCaller(credentials: BackstageCredentials): string;
  readPage(request: EntityRequest): { limit: number; cursor?: string };
}

const ENTITY = '/v1/entities/:kind/:namespace/:name';

/** Adds the paths of plans and operations. Reading takes the status permission, all else its own. */
export function addEnablementRoutes(
  router: Router,
  { auditor, permissions }: Pick<RouterOptions, 'auditor' | 'permissions'>,
  service: EnablementService,
  tools: EnablementRouteTools,
): void {
  const may = async (
    permission: ResourcePermission<'catalog-entity'>,
    { entity, credentials }: OpenEntity,
  ) =>
    authorizeEntity(
      permissions,
      permission,
      stringifyEntityRef(entity),
      credentials,
    );
  const listAllowed = async (opened: OpenEntity) => {
    const [create, approve] = await Promise.all([
      may(istioJwtEnablementCreatePermission, opened),
      may(istioJwtEnablementApprovePermission, opened),
    ]);
    return { create, approve };
  };
  const open = async (
    request: EntityRequest,
    permission: ResourcePermission<'catalog-entity'>,
  ) => {
    const opened = await tools.openEntity(request);
    if (!(await may(permission, opened))) {
      throw new NotAllowedError(`The permission ${permission.name} is missing`);
    }
    return opened;
  };
  const callerOf = ({ credentials }: OpenEntity) => ({
    name: tools.nameCaller(credentials),
    credentials,
  });
  const show = async (
    stored: StoredOperation,
    opened: OpenEntity,
  ): Promise<Enablement> =>
    describeOperation(stored, await listAllowed(opened));
  const audited = <T>(
    request: EntityRequest,
    eventId: string,
    meta: Record<string, string>,
    work: () => Promise<T>,
  ) =>
    withAudit(
      auditor,
      {
        eventId,
        severityLevel: 'medium',
        request,
        meta: { entityRef: tools.nameEntity(request), ...meta },
      },
      work,
    );

  router.get(`${ENTITY}/enablement-options`, async (request, response) => {
    const opened = await tools.openEntity(request);
    response.json(
      (await service.getOptions(
        opened.entity,
        await listAllowed(opened),
      )) satisfies EnablementOptions,
    );
  });

  router.post(`${ENTITY}/enablement-plans`, async (request, response) => {
    const body = request.body as EnablementPlanRequest;
    const plan = await audited(
      request,
      'enablement-plan-create',
      { intent: body.intent },
      async () => {
        const opened = await open(request, istioJwtEnablementCreatePermission);
        return service.plan(opened.entity, body, callerOf(opened));
      },
    );
    response.json(plan satisfies EnablementPlanView);
  });

  router.get(`${ENTITY}/enablements`, async (request, response) => {
    const { entity } = await tools.openEntity(request);
    const { items, nextCursor } = await service.list(
      entity,
      tools.readPage(request),
    );
    response.json({
      items: items.map(summariseOperation),
      ...(nextCursor ? { nextCursor } : {}),
    } satisfies Page<EnablementSummary>);
  });

  router.post(`${ENTITY}/enablements`, async (request, response) => {
    const { planId } = request.body as { planId: string };
    const begun = await audited(
      request,
      'enablement-create',
      { planId },
      async () => {
        const opened = await open(request, istioJwtEnablementCreatePermission);
        return show(
          await service.start(opened.entity, planId, callerOf(opened)),
          opened,
        );
      },
    );
    response.status(202).json(begun);
  });

  router.get(
    `${ENTITY}/enablements/:enablementId`,
    async (request, response) => {
      const opened = await tools.openEntity(request);
      response.json(
        await show(await service.get(opened.entity, idOf(request)), opened),
      );
    },
  );

  const addAction = (
    action: 'cancel' | 'approve',
    permission: ResourcePermission<'catalog-entity'>,
  ) =>
    router.post(
      `${ENTITY}/enablements/:enablementId/${action}`,
      async (request, response) => {
        const enablementId = idOf(request);
        const changed = await audited(
          request,
          `enablement-${action}`,
          { enablementId },
          async () => {
            const opened = await open(request, permission);
            return show(
              await service[action](
                opened.entity,
                enablementId,
                callerOf(opened),
              ),
              opened,
            );
          },
        );
        response.status(202).json(changed);
      },
    );
  addAction('cancel', istioJwtEnablementCreatePermission);
  addAction('approve', istioJwtEnablementApprovePermission);
}

function idOf({ params }: EntityRequest): string {
  return (params as unknown as { enablementId: string }).enablementId;
}
