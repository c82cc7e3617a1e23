import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { NotAllowedError } from '@backstage/errors';
import {
  EnablementPlanRequest,
  EnablementPlanView,
  istioJwtEnablementCreatePermission,
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import { randomUUID } from 'node:crypto';
import { EnablementConfig } from '../../config';
import { refuseToken } from '../../refuseToken';
import { OperationNotices } from '../notices/OperationNotices';
import { Operation } from '../operation';
import { Proposals } from '../proposals/Proposals';
import { refuseUnlessCreated } from '../refusals';
import { EnablementDriver } from '../run/EnablementDriver';
import { EnablementStore, StoredOperation } from '../store/EnablementStore';
import { StoredPlan } from '../store/PlanStore';
import { Caller } from './Caller';
import {
  ClaimGuard,
  CONTESTED_ALTERNATIVES,
  WHY_CONTESTED,
} from './ClaimGuard';
import { describePlan } from './describePlan';
import { AffectedFinder, findAffected } from './findAffected';
import { findOwnPlan } from './findOwnPlan';
import { judgeApproval } from './judgeApproval';
import { OperationPlan, refuse } from './OperationPlan';
import { PlanMaker } from './PlanMaker';
import { PlanPace } from './PlanPace';
import { toOperation } from './toOperation';

export interface OwnPlansOptions extends AffectedFinder {
  config: EnablementConfig;
  store: EnablementStore;
  driver: Pick<EnablementDriver, 'kick'>;
  notices: Pick<OperationNotices, 'tell'>;
  proposals: Pick<Proposals, 'propose'>;
  plans: PlanMaker;
  claims: ClaimGuard;
  pace: PlanPace;
  onProgress(operation: Operation): void;
}

const MAY_CREATE = istioJwtEnablementCreatePermission;

/** What callers plan for entities, until it becomes an operation. */
export class OwnPlans {
  constructor(private readonly options: OwnPlansOptions) {}

  /** @throws NotFoundError for an unknown operation, TooManyRequestsError as whatever makes plans */
  async make(
    entity: Entity,
    request: EnablementPlanRequest,
    caller: Caller,
  ): Promise<EnablementPlanView> {
    if ('exemptPaths' in request) {
      request.exemptPaths.forEach(path => refuseToken(path, 'exemptPaths'));
    }
    const { config, store } = this.options;
    const entityRef = stringifyEntityRef(entity);
    const id = randomUUID();
    this.options.pace.note(caller.name);
    const made = await this.options.plans.make(entity, request, id);
    const planned =
      made.kind === 'planned' &&
      (await this.options.claims.isContested(
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
    await store.plans.save(plan, now);
    return describePlan(plan, planned, affected);
  }

  /**
   * A plan of the caller's, as it still is.
   *
   * @throws NotFoundError for a plan that is unknown, over or somebody else's; ConflictError where
   * the configuration changed since
   */
  async read(
    entity: Entity,
    planId: string,
    caller: Caller,
  ): Promise<PlannedEnablementView> {
    const plan = await this.find(entity, planId, caller);
    this.options.pace.note(caller.name);
    const fresh = await this.options.plans.makeAgain(entity, plan);
    await this.options.claims.demand(plan.operation, MAY_CREATE, caller);
    return describePlan(plan, fresh, await this.findAffected(fresh, caller));
  }

  /**
   * Begins to wait for a plan that somebody else writes.
   *
   * @throws NotFoundError for a plan that is unknown, over or somebody else's, and as {@link Proposals.propose}
   */
  async propose(
    entity: Entity,
    planId: string,
    caller: Caller,
    url: string | undefined,
  ): Promise<StoredOperation> {
    const plan = await this.find(entity, planId, caller);
    await this.options.claims.demand(plan.operation, MAY_CREATE, caller);
    return this.options.proposals.propose(plan, url);
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
    const { config, store, driver } = this.options;
    const plan = await this.find(entity, planId, caller);
    const now = Date.now();
    this.options.pace.note(caller.name);
    const fresh = await this.options.plans.makeAgain(entity, plan);
    await this.options.claims.demand(plan.operation, MAY_CREATE, caller);
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
    await store.plans.delete(planId);
    this.options.onProgress(operation);
    driver.kick();
    if (waits) await this.options.notices.tell('approval-asked', operation);
    return { operation, cancelRequested: false };
  }

  private find(
    entity: Entity,
    planId: string,
    { name }: Caller,
  ): Promise<StoredPlan> {
    return findOwnPlan(this.options.store.plans, {
      entityRef: stringifyEntityRef(entity),
      planId,
      caller: name,
    });
  }

  private findAffected(plan: OperationPlan, { credentials }: Caller) {
    return findAffected(this.options, plan, credentials);
  }
}
