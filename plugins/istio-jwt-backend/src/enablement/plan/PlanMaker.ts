import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import {
  ConflictError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  EnablementPlanRequest,
  EnablementService,
} from 'backstage-plugin-istio-jwt-common';
import { PolicyWriter } from 'backstage-plugin-istio-jwt-node';
import { ClusterMirror, ClusterRegistry } from '../../cluster';
import { EnablementConfig } from '../../config';
import {
  EntityTarget,
  listForeignServices,
  readAnnotations,
} from '../../entity';
import { AssessedService, assessEntity } from '../../status/assessEntity';
import { selectClusters } from '../../status/buildEntityStatus';
import { Operation } from '../operation';
import { EnablementStore } from '../store/EnablementStore';
import { StoredPlan } from '../store/PlanStore';
import {
  OperationPlan,
  OperationPlanResult,
  PlanContext,
} from './OperationPlan';
import { MAX_DONE } from '../drift/describeDrift';
import { findDrift } from '../drift/findDrift';
import { checkRights } from './checkRights';
import { planChange } from './planChange';
import { planAdoption } from './planAdoption';
import { planDisabling } from './planDisabling';
import { planDrifted } from './planDrifted';
import { planRelease } from './planRelease';
import { planOperation } from './planOperation';

/** Makes plans of entities, now and once more later. */
export class PlanMaker {
  constructor(
    private readonly options: {
      config: EnablementConfig;
      registry: ClusterRegistry;
      store: Pick<EnablementStore, 'get' | 'listDone'>;
      /** The first that writes to a cluster is used. */
      writers: readonly PolicyWriter[];
    },
  ) {}

  async make(
    entity: Entity,
    request: EnablementPlanRequest,
    id: string,
  ): Promise<OperationPlanResult> {
    await this.options.registry.prepare();
    const context = {
      config: this.options.config,
      entityRef: stringifyEntityRef(entity),
      assessed: this.assess(entity),
      foreign: this.listForeign(entity),
      id,
    };
    return checkRights(this.options, await this.plan(context, request));
  }

  private async plan(
    context: PlanContext,
    request: EnablementPlanRequest,
  ): Promise<OperationPlanResult> {
    if (request.intent === 'enable') return planOperation(context, request);
    if (request.intent === 'adopt') return planAdoption(context, request);
    if (request.intent === 'restore' || request.intent === 'accept') {
      return this.planDrift(context, request);
    }
    const earlier = await this.getInForce(
      context.entityRef,
      request.enablementId,
    );
    if (request.intent === 'change') {
      return planChange(context, request, earlier);
    }
    return request.intent === 'release'
      ? planRelease(context, earlier)
      : planDisabling(context, earlier);
  }

  /** @throws NotFoundError, ConflictError */
  private async planDrift(
    context: PlanContext,
    request: Extract<EnablementPlanRequest, { intent: 'restore' | 'accept' }>,
  ): Promise<OperationPlanResult> {
    const { enablementId } = request;
    const operations = await this.options.store.listDone(
      context.entityRef,
      MAX_DONE,
    );
    const earlier = operations.find(({ id }) => id === enablementId);
    if (!earlier) {
      throw new NotFoundError(
        `No enablement ${enablementId} of this entity is done`,
      );
    }
    const mirror = this.options.registry.get(earlier.service.cluster);
    const drift =
      mirror &&
      findDrift(mirror.mesh, earlier.service, operations).find(
        ({ operation }) => operation.id === enablementId,
      );
    if (!drift) {
      throw new ConflictError('Everything stands as it was written.');
    }
    return planDrifted(context, request, drift);
  }

  /** @throws NotFoundError, ConflictError */
  private async getInForce(
    entityRef: string,
    enablementId: string,
  ): Promise<Operation> {
    const found = await this.options.store.get(enablementId);
    const operation = found?.operation;
    if (!operation || operation.entityRef !== entityRef) {
      throw new NotFoundError(`No enablement ${enablementId} of this entity`);
    }
    const { phase, intent } = operation;
    if (phase !== 'done' || intent === 'disable' || intent === 'release') {
      throw new ConflictError(
        'Only an enablement that is done can be changed or disabled.',
      );
    }
    return operation;
  }

  /**
   * Makes the same plan once more: whatever it depends on and changed shows in it.
   *
   * @throws ConflictError where it comes out otherwise, ServiceUnavailableError where nobody can tell
   */
  async makeAgain(
    entity: Entity,
    { id, request, snapshot }: Pick<StoredPlan, 'id' | 'request' | 'snapshot'>,
  ): Promise<OperationPlan> {
    const again = await this.make(entity, request, id);
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

  /** The entity's services, without observations. */
  assess(entity: Entity): AssessedService[] {
    const scope = this.readScope(entity);
    return scope ? assessEntity(scope.target, scope.mirrors, []) : [];
  }

  private listForeign(entity: Entity): EnablementService[] {
    const scope = this.readScope(entity);
    return (scope?.mirrors ?? []).flatMap(mirror =>
      listForeignServices(mirror, scope!.target).map(service => ({
        cluster: mirror.config.name,
        ...service,
      })),
    );
  }

  private readScope(
    entity: Entity,
  ): { target: EntityTarget; mirrors: ClusterMirror[] } | undefined {
    const annotations = readAnnotations(entity);
    if (!annotations.ok) return undefined;
    const { target } = annotations;
    const scope = selectClusters(target, this.options.registry);
    return scope.ok ? { target, mirrors: scope.mirrors } : undefined;
  }
}
