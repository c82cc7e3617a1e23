import { Entity } from '@backstage/catalog-model';
import { ConflictError, NotAllowedError } from '@backstage/errors';
import { EnablementConfig } from '../../config';
import { OperationNotices } from '../notices/OperationNotices';
import { Operation } from '../operation';
import { OperationPlan } from '../plan/OperationPlan';
import { PlanMaker } from '../plan/PlanMaker';
import { refuseToken } from '../../refuseToken';
import { refuseUnlessMoved } from '../refusals';
import { EnablementDriver } from '../run/EnablementDriver';
import { EnablementStore, StoredOperation } from '../store/EnablementStore';

export interface DecisionsOptions {
  config: EnablementConfig;
  store: Pick<EnablementStore, 'moveOn'>;
  driver: Pick<EnablementDriver, 'kick'>;
  notices: Pick<OperationNotices, 'tell'>;
  onProgress(operation: Operation): void;
}

/** What people decide about operations that wait for them. */
export class Decisions {
  constructor(
    private readonly options: DecisionsOptions,
    private readonly plans: Pick<PlanMaker, 'makeAgain'>,
  ) {}

  /** Whether somebody with the permission may approve or decline this one. */
  mayApprove({ startedBy }: Operation, caller: string): boolean {
    return this.options.config.approval.allowSelf || startedBy !== caller;
  }

  /** The plan that waits, as it still is. @throws ConflictError as {@link Decisions.approve} */
  async planAgain(
    entity: Entity,
    { operation }: StoredOperation,
  ): Promise<OperationPlan> {
    refuseUnlessWaiting(operation);
    return this.plans.makeAgain(entity, {
      id: operation.id,
      ...operation.plan,
    });
  }

  /** @throws ConflictError where nothing waits for an approval, or the configuration changed since */
  async approve(
    entity: Entity,
    stored: StoredOperation,
    caller: string,
  ): Promise<StoredOperation> {
    const { operation } = stored;
    refuseUnlessWaiting(operation);
    if (!this.mayApprove(operation, caller)) {
      throw new NotAllowedError(
        'Somebody else has to approve what you asked for.',
      );
    }
    await this.planAgain(entity, stored);
    const next: Operation = {
      ...operation,
      phase: 'planned',
      approvedBy: caller,
      updatedAt: Date.now(),
    };
    return this.move(next, 'awaiting-approval', 'approved');
  }

  /** @throws ConflictError where nothing waits for an approval, InputError for a reason that holds a token */
  async decline(
    { operation }: StoredOperation,
    caller: string,
    reason: string | undefined,
  ): Promise<StoredOperation> {
    refuseUnlessWaiting(operation);
    if (!this.mayApprove(operation, caller)) {
      throw new NotAllowedError(
        'You asked for it yourself: withdraw it instead.',
      );
    }
    refuseToken(reason, 'reason');
    const now = Date.now();
    const next: Operation = {
      ...operation,
      phase: 'declined',
      outcome: `${caller} declined it${
        reason?.trim() ? `: ${endSentence(reason.trim())}` : '.'
      } Nothing had been written.`,
      updatedAt: now,
      finishedAt: now,
    };
    return this.move(next, 'awaiting-approval', 'declined');
  }

  /** @throws ConflictError where nothing is held, or somebody does not want it any more */
  async enforce(
    { operation, cancelRequested }: StoredOperation,
    caller: string,
  ): Promise<StoredOperation> {
    const { hold, phase } = operation;
    if (phase !== 'held' || !hold) {
      throw new ConflictError('It is not held (any more).');
    }
    const now = Date.now();
    if (cancelRequested || now >= hold.expiresAt) {
      throw new ConflictError(
        cancelRequested
          ? 'Somebody cancelled it: it is about to be taken back.'
          : 'The time to decide is over: it is about to be taken back.',
      );
    }
    return this.move(
      {
        ...operation,
        phase: 'shadowing',
        hold: { ...hold, enforced: { by: caller, at: now } },
        updatedAt: now,
      },
      'held',
    );
  }

  private async move(
    next: Operation,
    expected: 'awaiting-approval' | 'held',
    event?: 'approved' | 'declined',
  ): Promise<StoredOperation> {
    const { store, driver, notices, onProgress } = this.options;
    refuseUnlessMoved(await store.moveOn(next, expected, next.locks));
    onProgress(next);
    driver.kick();
    if (event) await notices.tell(event, next);
    return { operation: next, cancelRequested: false };
  }
}

function refuseUnlessWaiting({ phase }: Operation): void {
  if (phase !== 'awaiting-approval') {
    throw new ConflictError('It does not wait for an approval (any more).');
  }
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
