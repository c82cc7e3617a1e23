import {
  BackstageCredentials,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import {
  ConflictError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  EnablementOptions,
  EnablementPlanRequest,
  EnablementPlanView,
  EnablementServiceOption,
  istioJwtEnablementApprovePermission,
  Page,
} from 'backstage-plugin-istio-jwt-common';
import { randomUUID } from 'node:crypto';
import { ClusterRegistry } from '../cluster';
import { EnablementConfig } from '../config';
import { readAnnotations } from '../entity';
import { AssessedService, assessEntity } from '../status/assessEntity';
import { selectClusters } from '../status/buildEntityStatus';
import { listMarks, listServiceOptions } from './listOptions';
import { markObjects } from './marks';
import { Operation } from './operation';
import { findAffected } from './plan/findAffected';
import {
  OperationPlan,
  OperationPlanResult,
  planDisabling,
  planOperation,
} from './plan/planOperation';
import { EnablementDriver } from './run/EnablementDriver';
import {
  CreateResult,
  EnablementStore,
  StoredOperation,
  StoredPlan,
} from './store/EnablementStore';
import { describePlan } from './plan/describePlan';

export interface EnablementServiceOptions {
  config: EnablementConfig;
  registry: ClusterRegistry;
  store: EnablementStore;
  driver: Pick<EnablementDriver, 'kick'>;
  catalog: CatalogService;
  permissions: PermissionsService;
  onProgress(operation: Operation): void;
}

/** Who asks. The caller's permissions have been looked at before. */
export interface Caller {
  /** Entity ref of a person, or name of a service. */
  name: string;
  credentials: BackstageCredentials;
}

/** Plans and operations of entities, for callers who may. */
export class EnablementService {
  constructor(private readonly options: EnablementServiceOptions) {}

  async getOptions(
    entity: Entity,
    may: { create: boolean; approve: boolean },
  ): Promise<EnablementOptions> {
    const { config, store } = this.options;
    const entityRef = stringifyEntityRef(entity);
    const running = await store.findRunning(entityRef);
    return {
      entityRef,
      enabled: config.enabled,
      services: await this.addInForce(
        entityRef,
        listServiceOptions(config, this.assess(entity)),
      ),
      issuers: config.issuers.map(
        ({ name, issuer, audiences, fromHeaders = [], claims = [] }) => ({
          name,
          issuer,
          audiences,
          fromHeaders,
          claims,
        }),
      ),
      canCreate: config.enabled && may.create,
      canApprove: config.enabled && may.approve,
      approvalAbove: config.approval.otherHosts,
      ...(running
        ? { running: { enablementId: running.id, phase: running.phase } }
        : {}),
    };
  }

  /** @throws NotAllowedError where the portal's config forbids it, NotFoundError for an unknown operation */
  async plan(
    entity: Entity,
    request: EnablementPlanRequest,
    caller: Caller,
  ): Promise<EnablementPlanView> {
    this.refuseUnlessEnabled();
    const { config, store } = this.options;
    const entityRef = stringifyEntityRef(entity);
    const id = randomUUID();
    const planned = await this.makePlan(entity, request, id);
    if (planned.kind === 'refused') {
      const { service, reason, alternatives, considered, conflicts } = planned;
      const { intent } = request;
      return {
        kind: 'refused',
        entityRef,
        intent,
        service,
        reason,
        alternatives,
        considered,
        conflicts,
      };
    }
    const mirror = this.options.registry.get(planned.service.cluster)!;
    const affected = await findAffected(
      this.options,
      mirror,
      planned.effects,
      caller.credentials,
    );
    const now = Date.now();
    const plan: StoredPlan = {
      id,
      entityRef,
      caller: caller.name,
      request,
      snapshot: planned.snapshot,
      createdAt: now,
      expiresAt: now + config.deadlines.planMs,
      operation: toOperation(planned, {
        id,
        entityRef,
        intent: request.intent,
        startedBy: caller.name,
        approval: this.judgeApproval(affected.hosts),
        plan: { request, snapshot: planned.snapshot },
        now,
      }),
    };
    await store.savePlan(plan, now);
    return describePlan(plan, planned, affected);
  }

  /**
   * @throws NotFoundError for a plan that is unknown, over or somebody else's; ConflictError where
   * the configuration changed since, or something else is going on
   */
  async start(
    entity: Entity,
    planId: string,
    caller: Caller,
  ): Promise<StoredOperation> {
    this.refuseUnlessEnabled();
    const { config, store, driver } = this.options;
    const entityRef = stringifyEntityRef(entity);
    const plan = await store.getPlan(planId);
    const now = Date.now();
    if (
      !plan ||
      plan.entityRef !== entityRef ||
      plan.caller !== caller.name ||
      plan.expiresAt < now
    ) {
      throw new NotFoundError(
        'There is no such plan of yours for this entity, or its time is over. Plan again.',
      );
    }
    const fresh = await this.expectUnchanged(entity, plan);
    if (fresh.writing.mode === 'copy') {
      throw new NotAllowedError(
        `The portal does not write this itself: ${fresh.writing.reason}`,
      );
    }
    const waits = plan.operation.approval.required;
    const operation: Operation = {
      ...plan.operation,
      phase: waits ? 'awaiting-approval' : 'planned',
      createdAt: now,
      updatedAt: now,
    };
    refuseUnlessCreated(
      await store.create(operation, {
        // A gateway is not to be kept from others by something that nobody may ever approve.
        locks: waits ? [operation.locks[0]] : operation.locks,
        quotas: config.quotas,
        now,
      }),
      config,
    );
    await store.deletePlan(planId);
    this.options.onProgress(operation);
    driver.kick();
    return { operation, cancelRequested: false };
  }

  /** @throws ConflictError where nothing waits for an approval, or the configuration changed since */
  async approve(
    entity: Entity,
    id: string,
    caller: Caller,
  ): Promise<StoredOperation> {
    this.refuseUnlessEnabled();
    const { config, store, driver } = this.options;
    const { operation } = await this.get(entity, id);
    if (operation.phase !== 'awaiting-approval') {
      throw new ConflictError('It does not wait for an approval (any more).');
    }
    if (!config.approval.allowSelf && operation.startedBy === caller.name) {
      throw new NotAllowedError(
        'Somebody else has to approve what you asked for.',
      );
    }
    await this.expectUnchanged(entity, { id, ...operation.plan });
    const next: Operation = {
      ...operation,
      phase: 'planned',
      approvedBy: caller.name,
      updatedAt: Date.now(),
    };
    const moved = await store.moveOn(next, 'awaiting-approval', next.locks);
    refuseUnlessMoved(moved);
    this.options.onProgress(next);
    driver.kick();
    return { operation: next, cancelRequested: false };
  }

  /** Also tries again to take back what a failed operation left. @throws ConflictError where it is over */
  async cancel(
    entity: Entity,
    id: string,
    caller: Caller,
  ): Promise<StoredOperation> {
    const { store, driver } = this.options;
    const { operation } = await this.get(entity, id);
    const now = Date.now();
    if (operation.phase === 'awaiting-approval') {
      const next: Operation = {
        ...operation,
        phase: 'rolled-back',
        outcome: `${caller.name} withdrew it before it began. Nothing had been written.`,
        updatedAt: now,
        finishedAt: now,
      };
      refuseUnlessMoved(await store.moveOn(next, 'awaiting-approval', []));
      this.options.onProgress(next);
      return { operation: next, cancelRequested: true };
    }
    if (operation.phase === 'failed') {
      const { finishedAt, ...rest } = operation;
      const next: Operation = {
        ...rest,
        phase: 'rolling-back',
        outcome: `${caller.name} asked to take it back once more.`,
        turnedBackAt: now,
        updatedAt: now,
      };
      refuseUnlessMoved(await store.moveOn(next, 'failed', next.locks));
      this.options.onProgress(next);
      driver.kick();
      return { operation: next, cancelRequested: true };
    }
    if (!(await store.requestCancel(id))) {
      throw new ConflictError('It is over already.');
    }
    driver.kick();
    return this.get(entity, id);
  }

  list(
    entity: Entity,
    page: { limit: number; cursor?: string },
  ): Promise<Page<StoredOperation>> {
    return this.options.store.list(stringifyEntityRef(entity), page);
  }

  /** @throws NotFoundError for one of another entity too */
  async get(entity: Entity, id: string): Promise<StoredOperation> {
    const found = await this.options.store.get(id);
    if (!found || found.operation.entityRef !== stringifyEntityRef(entity)) {
      throw new NotFoundError(`No enablement ${id} of this entity`);
    }
    return found;
  }

  /** Ends what nobody approved in time, and forgets what ended long ago. */
  async cleanUp(retentionMs: number): Promise<void> {
    const { config, store } = this.options;
    const now = Date.now();
    const waiting = await store.listWaiting(
      now - config.deadlines.approvalMs,
      100,
    );
    for (const operation of waiting) {
      const next: Operation = {
        ...operation,
        phase: 'rolled-back',
        outcome: 'Nobody approved it in time. Nothing had been written.',
        updatedAt: now,
        finishedAt: now,
      };
      const moved = await store.moveOn(next, 'awaiting-approval', []);
      if (moved.kind === 'moved') this.options.onProgress(next);
    }
    await store.deleteBefore(now - retentionMs);
  }

  /** The marks in the cluster say which operation is in force; the database knows what it was. */
  private async addInForce(
    entityRef: string,
    services: EnablementServiceOption[],
  ): Promise<EnablementServiceOption[]> {
    return Promise.all(
      services.map(async service => {
        const mirror = this.options.registry.get(service.cluster);
        const { labels } = markObjects(service, entityRef, '');
        for (const id of mirror ? listMarks(mirror.mesh, labels) : []) {
          const found = await this.options.store.get(id);
          const operation = found?.operation;
          if (
            operation?.phase === 'done' &&
            operation.entityRef === entityRef
          ) {
            const { issuer } = operation;
            return { ...service, inForce: { enablementId: id, issuer } };
          }
        }
        return service;
      }),
    );
  }

  private async makePlan(
    entity: Entity,
    request: EnablementPlanRequest,
    id: string,
  ): Promise<OperationPlanResult> {
    const context = {
      config: this.options.config,
      entityRef: stringifyEntityRef(entity),
      assessed: this.assess(entity),
      id,
    };
    if (request.intent === 'enable') return planOperation(context, request);
    const { operation } = await this.get(entity, request.enablementId);
    if (operation.phase !== 'done' || operation.intent !== 'enable') {
      throw new ConflictError(
        'Only an enablement that is done can be disabled.',
      );
    }
    return planDisabling(context, operation);
  }

  /** The same plan is made once more: whatever it depends on and changed shows in it. */
  private async expectUnchanged(
    entity: Entity,
    { id, request, snapshot }: Pick<StoredPlan, 'id' | 'request' | 'snapshot'>,
  ): Promise<OperationPlan> {
    const again = await this.makePlan(entity, request, id);
    if (again.kind === 'refused') {
      if (/up to date|could not be read/.test(again.reason)) {
        throw new ServiceUnavailableError(again.reason);
      }
      throw new ConflictError(
        `The configuration changed since the plan was made: ${again.reason} Plan again.`,
      );
    }
    if (again.snapshot !== snapshot) {
      throw new ConflictError(
        'The configuration that the plan depends on changed since. Plan again.',
      );
    }
    return again;
  }

  private judgeApproval(hosts: number): Operation['approval'] {
    const { otherHosts } = this.options.config.approval;
    return hosts > otherHosts
      ? {
          required: true,
          permission: istioJwtEnablementApprovePermission.name,
          reason: `It touches proxies that serve ${hosts} other ${
            hosts === 1 ? 'host' : 'hosts'
          }; above ${otherHosts}, somebody with ${
            istioJwtEnablementApprovePermission.name
          } has to approve.`,
        }
      : { required: false };
  }

  private assess(entity: Entity): AssessedService[] {
    const annotations = readAnnotations(entity);
    if (!annotations.ok) return [];
    const scope = selectClusters(annotations.target, this.options.registry);
    return scope.ok ? assessEntity(annotations.target, scope.mirrors, []) : [];
  }

  private refuseUnlessEnabled(): void {
    if (!this.options.config.enabled) {
      throw new NotAllowedError(
        'Enablement is switched off by istioJwt.enablement.enabled.',
      );
    }
  }
}

function toOperation(
  planned: OperationPlan,
  begin: Pick<
    Operation,
    'id' | 'entityRef' | 'intent' | 'startedBy' | 'approval' | 'plan'
  > & { now: number },
): Operation {
  const { now, ...known } = begin;
  const { service, waysIn, issuerName, issuer, pattern } = planned;
  const { changes, checks, locks } = planned;
  const { jwks, jwksUri } = issuer;
  return {
    ...known,
    service,
    waysIn,
    issuer: issuerName,
    // Keys that stand in the policy are there with it.
    ...(jwks || known.intent === 'disable'
      ? {}
      : {
          keys: { issuer: issuer.issuer, ...(jwksUri ? { jwksUri } : {}) },
        }),
    ...(pattern ? { pattern } : {}),
    phase: 'planned',
    createdAt: now,
    updatedAt: now,
    changes,
    checks,
    steps: [],
    locks,
  };
}

function refuseUnlessCreated(
  result: CreateResult,
  { quotas }: EnablementConfig,
): void {
  switch (result.kind) {
    case 'exists':
      throw new ConflictError('This plan was started already.');
    case 'locked':
      throw describeLock(result);
    case 'quota':
      throw new ConflictError(
        result.quota === 'running'
          ? `${quotas.running} operations are going on, which is as many as may. Try again later.`
          : `${quotas.perEntityPerDay} operations of this entity began within a day, which is as many as may.`,
      );
    default:
  }
}

function refuseUnlessMoved(
  result: Awaited<ReturnType<EnablementStore['moveOn']>>,
): void {
  if (result.kind === 'changed') {
    throw new ConflictError('It moved on meanwhile. Look again.');
  }
  if (result.kind === 'locked') throw describeLock(result);
}

function describeLock({ name, by }: { name: string; by: string }) {
  return new ConflictError(
    name.startsWith('entity ')
      ? `Another operation of this entity is not over: ${by}.`
      : `Another operation works on the same gateway or workload: ${by}. Try again once it is over.`,
  );
}
