import { ConflictError, InputError } from '@backstage/errors';
import { EnablementConfig } from '../../config';
import { Operation } from '../operation';
import { refuseUnlessCreated } from '../refusals';
import { EnablementStore, StoredOperation } from '../store/EnablementStore';
import { StoredPlan } from '../store/PlanStore';
import { readPullRequestUrl } from './readPullRequestUrl';

export interface ProposalsOptions {
  config: EnablementConfig;
  store: EnablementStore;
  onProgress(operation: Operation): void;
}

/** Above what an entity's services can have waiting: newer ones take the place of older ones. */
const MAX_OF_ENTITY = 100;

/**
 * Plans that somebody else writes into the cluster, such as by a pull request. Each is an operation
 * that waits, holds nothing up, and writes nothing.
 */
export class Proposals {
  constructor(private readonly options: ProposalsOptions) {}

  /**
   * Begins to wait for what was planned. A proposal for the same service that waits is withdrawn.
   *
   * @throws ConflictError for a plan that the portal would write itself; InputError for an address that
   * cannot be shown
   */
  async propose(
    plan: StoredPlan,
    address: string | undefined,
  ): Promise<StoredOperation> {
    const { config, store, onProgress } = this.options;
    const url = address === undefined ? undefined : readPullRequestUrl(address);
    if (url === null) {
      throw new InputError(
        'url is no http or https address without credentials, of at most 2000 characters.',
      );
    }
    if (plan.writing === 'direct') {
      throw new ConflictError(
        'The portal writes this plan itself, so that there is nothing to propose. Start it.',
      );
    }
    const now = Date.now();
    const operation: Operation = {
      ...plan.operation,
      phase: 'proposed',
      outcome: 'Nothing of it stands in the cluster yet.',
      createdAt: now,
      updatedAt: now,
      proposal: {
        ...(url ? { url } : {}),
        expiresAt: now + config.deadlines.mergeMs,
      },
    };
    const earlier = await store.listProposed({
      entityRef: plan.entityRef,
      limit: MAX_OF_ENTITY,
    });
    refuseUnlessCreated(
      await store.create(operation, {
        locks: [],
        // It takes no turn from those that are driven.
        quotas: { ...config.quotas, running: Number.MAX_SAFE_INTEGER },
        now,
      }),
      config,
    );
    await store.plans.delete(plan.id);
    for (const old of earlier) {
      if (isSameService(old, operation)) {
        await this.end(old, 'withdrawn', `Proposal ${plan.id} took its place.`);
      }
    }
    onProgress(operation);
    return { operation, cancelRequested: false };
  }

  /** @returns whether it waited still */
  async end(
    operation: Operation,
    phase: 'withdrawn' | 'expired',
    outcome: string,
  ): Promise<Operation | undefined> {
    const now = Date.now();
    const next: Operation = {
      ...operation,
      phase,
      outcome,
      updatedAt: now,
      finishedAt: now,
    };
    const moved = await this.options.store.moveOn(next, 'proposed', []);
    if (moved.kind !== 'moved') return undefined;
    this.options.onProgress(next);
    return next;
  }
}

function isSameService(a: Operation, b: Operation): boolean {
  return (
    a.service.cluster === b.service.cluster &&
    a.service.namespace === b.service.namespace &&
    a.service.name === b.service.name
  );
}
