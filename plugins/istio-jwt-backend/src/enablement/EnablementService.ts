import { AuthService, PermissionsService } from '@backstage/backend-plugin-api';
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
import { ClusterRegistry } from '../cluster';
import { EnablementConfig } from '../config';
import { cancelOperation } from './cancelOperation';
import { cleanUpOperations } from './cleanUpOperations';
import { Decisions } from './decide/Decisions';
import { describeOptions } from './describeOptions';
import { OperationNotices } from './notices/OperationNotices';
import { Operation } from './operation';
import { Caller } from './plan/Caller';
import { ClaimGuard } from './plan/ClaimGuard';
import { describePlan } from './plan/describePlan';
import { findAffected } from './plan/findAffected';
import { OwnPlans } from './plan/OwnPlans';
import { PlanMaker } from './plan/PlanMaker';
import { PlanPace } from './plan/PlanPace';
import { Proposals } from './proposals/Proposals';
import { EnablementDriver } from './run/EnablementDriver';
import { EnablementStore, StoredOperation } from './store/EnablementStore';

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

/** Plans and operations of entities, for callers who may. */
export class EnablementService {
  private readonly plans: PlanMaker;
  private readonly decisions: Decisions;
  private readonly claims: ClaimGuard;
  private readonly pace: PlanPace;
  private readonly ownPlans: OwnPlans;

  constructor(private readonly options: EnablementServiceOptions) {
    this.plans = new PlanMaker(options);
    this.decisions = new Decisions(options, this.plans);
    this.claims = new ClaimGuard(options);
    this.pace = new PlanPace(options.config.quotas.plansPerMinute);
    const { plans, claims, pace } = this;
    this.ownPlans = new OwnPlans({ ...options, plans, claims, pace });
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

  /** As {@link OwnPlans.make}. @throws NotAllowedError where the portal's config forbids it */
  async plan(
    entity: Entity,
    request: EnablementPlanRequest,
    caller: Caller,
  ): Promise<EnablementPlanView> {
    this.refuseUnlessEnabled();
    return this.ownPlans.make(entity, request, caller);
  }

  /** As {@link OwnPlans.read}. */
  async readPlan(
    entity: Entity,
    planId: string,
    caller: Caller,
  ): Promise<PlannedEnablementView> {
    this.refuseUnlessEnabled();
    return this.ownPlans.read(entity, planId, caller);
  }

  /** As {@link OwnPlans.propose}. */
  async propose(
    entity: Entity,
    planId: string,
    caller: Caller,
    url: string | undefined,
  ): Promise<StoredOperation> {
    this.refuseUnlessEnabled();
    return this.ownPlans.propose(entity, planId, caller, url);
  }

  /** As {@link OwnPlans.start}. */
  async start(
    entity: Entity,
    planId: string,
    caller: Caller,
  ): Promise<StoredOperation> {
    this.refuseUnlessEnabled();
    return this.ownPlans.start(entity, planId, caller);
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
      await findAffected(this.options, planned, caller.credentials),
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

  private refuseUnlessEnabled(): void {
    if (!this.options.config.enabled) {
      throw new NotAllowedError(
        'Enablement is switched off by istioJwt.enablement.enabled.',
      );
    }
  }
}
