import {
  AuditorService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import {
  CompoundEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
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
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import { Request } from 'express';
import {
  Caller,
  describeOperation,
  EnablementService,
  summariseOperation,
} from '../enablement';
import { StoredOperation } from '../enablement/store/EnablementStore';
import { authorizeEntity } from './authorizeEntity';
import { nameCaller } from './nameCaller';
import { EntityAccess, openEntity, OpenEntity } from './openEntity';
import { withAudit } from './withAudit';

/** Who calls about which entity, and by which request where there is one. */
export interface EntityCall {
  ref: CompoundEntityRef;
  credentials: BackstageCredentials;
  request?: Request<any, any, any, any>;
}

/**
 * Every call on plans and operations, with its permission and its event of the audit log: the same
 * for HTTP and for actions. Reading takes the status permission, all else its own.
 */
export class EnablementCalls {
  constructor(
    private readonly options: EntityAccess & {
      auditor: AuditorService;
      service: EnablementService;
    },
  ) {}

  getOptions(call: EntityCall): Promise<EnablementOptions> {
    return this.read(call, { what: 'options' }, async () => {
      const opened = await this.open(call);
      return this.options.service.getOptions(
        opened.entity,
        await this.listAllowed(opened),
      );
    });
  }

  plan(
    call: EntityCall,
    body: EnablementPlanRequest,
  ): Promise<EnablementPlanView> {
    const { service } = this.options;
    return this.audit(
      call,
      'enablement-plan-create',
      { intent: body.intent },
      async () => {
        const opened = await this.open(
          call,
          istioJwtEnablementCreatePermission,
        );
        return service.plan(opened.entity, body, callerOf(opened));
      },
    );
  }

  readPlan(call: EntityCall, planId: string): Promise<PlannedEnablementView> {
    return this.read(call, { what: 'plan', planId }, async () => {
      const opened = await this.open(call, istioJwtEnablementCreatePermission);
      return this.options.service.readPlan(
        opened.entity,
        planId,
        callerOf(opened),
      );
    });
  }

  propose(
    call: EntityCall,
    planId: string,
    url: string | undefined,
  ): Promise<Enablement> {
    return this.change(
      call,
      'enablement-propose',
      { planId },
      istioJwtEnablementCreatePermission,
      ({ entity }, caller) =>
        this.options.service.propose(entity, planId, caller, url),
    );
  }

  start(call: EntityCall, planId: string): Promise<Enablement> {
    return this.change(
      call,
      'enablement-create',
      { planId },
      istioJwtEnablementCreatePermission,
      ({ entity }, caller) =>
        this.options.service.start(entity, planId, caller),
    );
  }

  cancel(call: EntityCall, enablementId: string): Promise<Enablement> {
    return this.change(
      call,
      'enablement-cancel',
      { enablementId },
      istioJwtEnablementCreatePermission,
      ({ entity }, caller) =>
        this.options.service.cancel(entity, enablementId, caller),
    );
  }

  approve(call: EntityCall, enablementId: string): Promise<Enablement> {
    return this.change(
      call,
      'enablement-approve',
      { enablementId },
      istioJwtEnablementApprovePermission,
      ({ entity }, caller) =>
        this.options.service.approve(entity, enablementId, caller),
    );
  }

  decline(
    call: EntityCall,
    enablementId: string,
    reason: string | undefined,
  ): Promise<Enablement> {
    return this.change(
      call,
      'enablement-decline',
      { enablementId },
      istioJwtEnablementApprovePermission,
      ({ entity }, caller) =>
        this.options.service.decline(entity, enablementId, caller, reason),
    );
  }

  enforce(call: EntityCall, enablementId: string): Promise<Enablement> {
    return this.change(
      call,
      'enablement-enforce',
      { enablementId },
      istioJwtEnablementCreatePermission,
      ({ entity }, caller) =>
        this.options.service.enforce(entity, enablementId, caller),
    );
  }

  readWaitingPlan(
    call: EntityCall,
    enablementId: string,
  ): Promise<PlannedEnablementView> {
    return this.read(call, { what: 'waiting-plan', enablementId }, async () => {
      const opened = await this.open(call, istioJwtEnablementApprovePermission);
      return this.options.service.readWaitingPlan(
        opened.entity,
        enablementId,
        callerOf(opened),
      );
    });
  }

  list(
    call: EntityCall,
    page: { limit: number; cursor?: string },
  ): Promise<Page<EnablementSummary>> {
    const { service } = this.options;
    return this.read(call, { what: 'operations' }, async () => {
      const { entity } = await this.open(call);
      const { items, nextCursor } = await service.list(entity, page);
      return {
        items: items.map(summariseOperation),
        ...(nextCursor ? { nextCursor } : {}),
      };
    });
  }

  get(call: EntityCall, enablementId: string): Promise<Enablement> {
    return this.read(call, { what: 'operation', enablementId }, async () => {
      const opened = await this.open(call);
      return this.show(
        await this.options.service.get(opened.entity, enablementId),
        opened,
      );
    });
  }

  private read<T>(
    call: EntityCall,
    meta: Record<string, string>,
    work: () => Promise<T>,
  ): Promise<T> {
    return this.audit(call, 'enablement-read', meta, work, 'low');
  }

  private open(
    { ref, credentials }: EntityCall,
    ...wanted: ResourcePermission<'catalog-entity'>[]
  ): Promise<OpenEntity> {
    return openEntity(this.options, ref, credentials, ...wanted);
  }

  private change(
    call: EntityCall,
    eventId: string,
    meta: Record<string, string>,
    permission: ResourcePermission<'catalog-entity'>,
    work: (opened: OpenEntity, caller: Caller) => Promise<StoredOperation>,
  ): Promise<Enablement> {
    return this.audit(call, eventId, meta, async () => {
      const opened = await this.open(call, permission);
      return this.show(await work(opened, callerOf(opened)), opened);
    });
  }

  private async show(
    stored: StoredOperation,
    opened: OpenEntity,
  ): Promise<Enablement> {
    const { create, approve } = await this.listAllowed(opened);
    const { name } = callerOf(opened);
    return describeOperation(stored, {
      create,
      approve:
        approve && this.options.service.mayApprove(stored.operation, name),
    });
  }

  private async listAllowed({ entity, credentials }: OpenEntity) {
    const may = (permission: ResourcePermission<'catalog-entity'>) =>
      authorizeEntity(
        this.options.permissions,
        permission,
        stringifyEntityRef(entity),
        credentials,
      );
    const [create, approve] = await Promise.all([
      may(istioJwtEnablementCreatePermission),
      may(istioJwtEnablementApprovePermission),
    ]);
    return { create, approve };
  }

  private audit<T>(
    { ref, credentials, request }: EntityCall,
    eventId: string,
    meta: Record<string, string>,
    work: () => Promise<T>,
    severityLevel: 'low' | 'medium' = 'medium',
  ): Promise<T> {
    return withAudit(
      this.options.auditor,
      {
        eventId,
        severityLevel,
        request,
        meta: {
          entityRef: stringifyEntityRef(ref),
          ...meta,
          // Of a request the auditor knows the caller by itself.
          ...(request ? {} : { caller: nameCaller(credentials) }),
        },
      },
      work,
    );
  }
}

function callerOf({ credentials }: OpenEntity): Caller {
  return { name: nameCaller(credentials), credentials };
}
