import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import {
  ConflictError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { EnablementPlanRequest } from 'backstage-plugin-istio-jwt-common';
import { PolicyWriter } from 'backstage-plugin-istio-jwt-node';
import { ClusterRegistry } from '../../cluster';
import { EnablementConfig } from '../../config';
import { readAnnotations } from '../../entity';
import { AssessedService, assessEntity } from '../../status/assessEntity';
import { selectClusters } from '../../status/buildEntityStatus';
import { EnablementStore, StoredPlan } from '../store/EnablementStore';
import { OperationPlan, OperationPlanResult, seal } from './OperationPlan';
import { writeElsewhere } from './findWriting';
import { planDisabling } from './planDisabling';
import { planOperation } from './planOperation';

/** Makes plans of entities, now and once more later. */
export class PlanMaker {
  constructor(
    private readonly options: {
      config: EnablementConfig;
      registry: ClusterRegistry;
      store: Pick<EnablementStore, 'get'>;
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
      id,
    };
    if (request.intent === 'enable') {
      return this.checkRights(planOperation(context, request));
    }
    const found = await this.options.store.get(request.enablementId);
    const operation = found?.operation;
    if (!operation || operation.entityRef !== context.entityRef) {
      throw new NotFoundError(
        `No enablement ${request.enablementId} of this entity`,
      );
    }
    if (operation.phase !== 'done' || operation.intent !== 'enable') {
      throw new ConflictError(
        'Only an enablement that is done can be disabled.',
      );
    }
    return this.checkRights(planDisabling(context, operation));
  }

  /** What the portal may not write, people have to: better said now than by a dry run later. */
  private async checkRights(
    planned: OperationPlanResult,
  ): Promise<OperationPlanResult> {
    if (planned.kind === 'refused' || planned.writing.mode !== 'direct') {
      return planned;
    }
    const { cluster } = planned.service;
    const mirror = this.options.registry.get(cluster)!;
    const writer = this.options.writers.find(each => each.writesTo(cluster));
    const missing = await writer?.findMissingRights?.({
      cluster,
      signal: new AbortController().signal,
      refs: planned.changes.map(({ ref }) => ref),
    });
    return missing?.length
      ? seal(mirror, {
          ...planned,
          writing: writeElsewhere(
            this.options.config,
            cluster,
            `The portal’s service account may not: ${missing.join(
              '; ',
            )}. An administrator of ${cluster} grants it (manifests/enablement-rbac.yaml of the backend plugin), or applies the YAML.`,
          ),
        })
      : planned;
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
    const annotations = readAnnotations(entity);
    if (!annotations.ok) return [];
    const scope = selectClusters(annotations.target, this.options.registry);
    return scope.ok ? assessEntity(annotations.target, scope.mirrors, []) : [];
  }
}
