import {
  AuthService,
  BackstageCredentials,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { NotAllowedError, NotFoundError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  EnablementOptions,
  EnablementPlanRequest,
  EnablementPlanView,
  istioJwtEnablementApprovePermission,
  istioJwtEnablementCreatePermission,
  Page,
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import { PolicyWriter } from 'backstage-plugin-istio-jwt-node';
import { randomUUID } from 'node:crypto';
import { ClusterRegistry } from '../cluster';
import { refuseToken } from '../refuseToken';
import { EnablementConfig } from '../config';
import { cancelOperation } from './cancelOperation';
import { cleanUpOperations } from './cleanUpOperations';
import { Decisions } from './decide/Decisions';
import { describeOptions } from './describeOptions';
import { OperationNotices } from './notices/OperationNotices';
import { Operation } from './operation';
import {
  ClaimGuard,
  CONTESTED_ALTERNATIVES,
  WHY_CONTESTED,
} from './plan/ClaimGuard';
import { describePlan } from './plan/describePlan';
import { findAffected } from './plan/findAffected';
import { findOwnPlan } from './plan/findOwnPlan';
import { judgeApproval } from './plan/judgeApproval';
import { OperationPlan, refuse } from './plan/OperationPlan';
import { PlanMaker } from './plan/PlanMaker';
import { PlanPace } from './plan/PlanPace';
import { toOperation } from './plan/toOperation';
import { Proposals } from './proposals/Proposals';
import { refuseUnlessCreated } from './refusals';
import { EnablementDriver } from './run/EnablementDriver';
import {
  EnablementStore,
  StoredOperation,
  StoredPlan,
} from './store/EnablementStore';

export interface EnablementServiceOptions {
  config: EnablementConfig;
  registry: ClusterRegistry;
  store: EnablementStore;
  driver: Pick<EnablementDriver, 'kick'>;
  notices: Pick<OperationNotices, 'tell'>;
  proposals: Proposals;
  writers: readonly PolicyWriter[];
  auth: AuthService;
  catalog: CatalogService;
  permissions: PermissionsService;
  onProgress(operation: Operation): void;
}

const MAY_CREATE = istioJwtEnablementCreatePermission;
const MAY_APPROVE = istioJwtEnablementApprovePermission;

/** Who asks. The caller's permissions have been looked at before. */
export interface Caller {
  /** Entity ref of a person, or name of a service. */
  name: string;
  credentials: BackstageCredentials;
}

/** Plans and operations of entities, for callers who may. */
export class EnablementService {
  private readonly plans: PlanMaker;
  private readonly decisions: Decisions;
  private readonly claims: ClaimGuard;
  private readonly pace: PlanPace;

  constructor(private readonly options: EnablementServiceOptions) {
    this.plans = new PlanMaker(options);
    this.decisions = new Decisions(options, this.plans);
    this.claims = new ClaimGuard(options);
    this.pace = new PlanPace(options.config.quotas.plansPerMinute);
  }

  getOptions(
    entity: Entity,
    may: { create: boolean; approve: boolean },
  ): Promise<EnablementOptions> {
    return describeOptions(
      this.options,
      stringifyEntityRef(entity),
      this.plans.assess(entity),
      may,
    );
  }

  /**
   * @throws NotAllowedError where the portal's config forbids it, NotFoundError for an unknown operation,
   * TooManyRequestsError as whatever makes plans
   */
  async plan(
    entity: Entity,
    request: EnablementPlanRequest,
    caller: Caller,
  ): Promise<EnablementPlanView> {
    this.refuseUnlessEnabled();
    if ('exemptPaths' in request) {
      request.exemptPaths.forEach(path => refuseToken(path, 'exemptPaths'));
    }
    const { config, store } = this.options;
    const entityRef = stringifyEntityRef(entity);
    const id = randomUUID();
    this.pace.note(caller.name);
    const made = await this.plans.make(entity, request, id);
    const planned =
      made.kind === 'planned' &&
      (await this.claims.isContested(
        { ...made, entityRef },
        MAY_CREATE,
        caller,
      ))
        ? refuse(made.service, WHY_CONTESTED, CONTESTED_ALTERNATIVES)
        : made;
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
    const affected = await this.findAffected(planned, caller);
    const now = Date.now();
    const plan: StoredPlan = {
      id,
      entityRef,
      caller: caller.name,
      request,
      snapshot: planned.snapshot,
      writing: planned.writing.mode,
      createdAt: now,
      expiresAt: now + config.deadlines.planMs,
      operation: toOperation(planned, {
        id,
        entityRef,
        intent: request.intent,
        startedBy: caller.name,
        approval: judgeApproval(config, affected.hosts, planned),
        plan: { request, snapshot: planned.snapshot },
        now,
      }),
    };
    await store.savePlan(plan, now);
    return describePlan(plan, planned, affected);
  }

  /**
   * A plan of the caller's, as it still is.
   *
   * @throws NotFoundError for a plan that is unknown, over or somebody else's; ConflictError where
   * the configuration changed since
   */
  async readPlan(
    entity: Entity,
    planId: string,
    caller: Caller,
  ): Promise<PlannedEnablementView> {
    this.refuseUnlessEnabled();
    const plan = await findOwnPlan(this.options.store, {
      entityRef: stringifyEntityRef(entity),
      planId,
      caller: caller.name,
    });
    this.pace.note(caller.name);
    const fresh = await this.plans.makeAgain(entity, plan);
    await this.claims.demand(plan.operation, MAY_CREATE, caller);
    return describePlan(plan, fresh, await this.findAffected(fresh, caller));
  }

  /** Begins to wait for a plan that somebody else writes. @throws as {@link Proposals.propose} */
  async propose(
    entity: Entity,
    planId: string,
    caller: Caller,
    url: string | undefined,
  ): Promise<StoredOperation> {
    this.refuseUnlessEnabled();
    const plan = await findOwnPlan(this.options.store, {
      entityRef: stringifyEntityRef(entity),
      planId,
      caller: caller.name,
    });
    await this.claims.demand(plan.operation, MAY_CREATE, caller);
    return this.options.proposals.propose(entity, planId, caller.name, url);
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
    const plan = await findOwnPlan(store, {
      entityRef: stringifyEntityRef(entity),
      planId,
      caller: caller.name,
    });
    const now = Date.now();
    this.pace.note(caller.name);
    const fresh = await this.plans.makeAgain(entity, plan);
    await this.claims.demand(plan.operation, MAY_CREATE, caller);
    if (fresh.writing.mode !== 'direct') {
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
    if (waits) await this.options.notices.tell('approval-asked', operation);
    return { operation, cancelRequested: false };
  }

  /** What an operation that waits for an approval would do. @throws as {@link Decisions.approve} */
  async readWaitingPlan(
    entity: Entity,
    id: string,
    caller: Caller,
  ): Promise<PlannedEnablementView> {
    this.refuseUnlessEnabled();
    const stored = await this.get(entity, id);
    this.pace.note(caller.name);
    const planned = await this.decisions.planAgain(entity, stored);
    const { operation } = stored;
    await this.claims.demand(operation, MAY_APPROVE, caller);
    const { approvalMs } = this.options.config.deadlines;
    return describePlan(
      {
        id,
        entityRef: operation.entityRef,
        request: operation.plan.request,
        expiresAt: operation.createdAt + approvalMs,
        operation,
      },
      planned,
      await this.findAffected(planned, caller),
    );
  }

  /** Whether the caller may approve or decline an operation, given the permission. */
  mayApprove(operation: Operation, caller: string): boolean {
    return this.decisions.mayApprove(operation, caller);
  }

  /** @throws as {@link Decisions.approve} */
  async approve(
    entity: Entity,
    id: string,
    caller: Caller,
  ): Promise<StoredOperation> {
    this.refuseUnlessEnabled();
    const stored = await this.get(entity, id);
    const { operation } = stored;
    this.pace.note(caller.name);
    await this.claims.demand(operation, MAY_APPROVE, caller);
    return this.decisions.approve(entity, stored, caller.name);
  }

  /** @throws as {@link Decisions.decline} */
  async decline(
    entity: Entity,
    id: string,
    caller: Caller,
    reason: string | undefined,
  ): Promise<StoredOperation> {
    const stored = await this.get(entity, id);
    return this.decisions.decline(stored, caller.name, reason);
  }

  /** @throws as {@link Decisions.enforce} */
  async enforce(
    entity: Entity,
    id: string,
    caller: Caller,
  ): Promise<StoredOperation> {
    this.refuseUnlessEnabled();
    const stored = await this.get(entity, id);
    const { operation } = stored;
    await this.claims.demand(operation, MAY_CREATE, caller);
    return this.decisions.enforce(stored, caller.name);
  }

  /** Also tries again to take back what a failed operation left. @throws ConflictError where it is over */
  async cancel(
    entity: Entity,
    id: string,
    caller: Caller,
  ): Promise<StoredOperation> {
    const { driver } = this.options;
    const { operation } = await this.get(entity, id);
    const cancelled = await cancelOperation(
      this.options,
      operation,
      caller.name,
    );
    driver.kick();
    return cancelled ?? this.get(entity, id);
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

  /** As {@link cleanUpOperations}. */
  async cleanUp(retentionMs: number): Promise<void> {
    await cleanUpOperations(this.options, retentionMs);
    this.options.driver.kick();
  }

  private findAffected({ service, effects }: OperationPlan, caller: Caller) {
    const mirror = this.options.registry.get(service.cluster)!;
    return findAffected(this.options, mirror, effects, caller.credentials);
  }

  private refuseUnlessEnabled(): void {
    if (!this.options.config.enabled) {
      throw new NotAllowedError(
        'Enablement is switched off by istioJwt.enablement.enabled.',
      );
    }
  }
}
