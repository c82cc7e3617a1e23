import { ConflictError } from '@backstage/errors';
import { Operation } from './operation';
import { takeBack } from './takeBack';
import { refuseUnlessMoved } from './refusals';
import { withdraw } from './run/waitOn';
import { EnablementStore, StoredOperation } from './store/EnablementStore';

/**
 * Withdraws an operation that waits, asks one that is driven to stop, and has one that failed take
 * back once more what it left.
 *
 * @returns the operation where it moved on at once
 * @throws ConflictError where it is over
 */
export async function cancelOperation(
  {
    store,
    onProgress,
  }: {
    store: Pick<EnablementStore, 'moveOn' | 'requestCancel'>;
    onProgress(operation: Operation): void;
  },
  operation: Operation,
  caller: string,
): Promise<StoredOperation | undefined> {
  const now = Date.now();
  const moveOn = async (next: Operation, locks: string[]) => {
    refuseUnlessMoved(await store.moveOn(next, operation.phase, locks));
    onProgress(next);
    return { operation: next, cancelRequested: true };
  };
  if (operation.phase === 'awaiting-approval') {
    return moveOn(
      {
        ...operation,
        phase: 'rolled-back',
        outcome: `${caller} withdrew it before it began. Nothing had been written.`,
        updatedAt: now,
        finishedAt: now,
      },
      [],
    );
  }
  if (operation.phase === 'proposed') {
    const next: Operation = { ...operation, updatedAt: now };
    withdraw(next, caller);
    return moveOn(next, []);
  }
  if (operation.phase === 'held') {
    return moveOn(
      takeBack(operation, `${caller} gave it up.`),
      operation.locks,
    );
  }
  if (operation.phase === 'failed') {
    return moveOn(
      takeBack(operation, `${caller} asked to take it back once more.`),
      operation.locks,
    );
  }
  if (!(await store.requestCancel(operation.id))) {
    throw new ConflictError('It is over already.');
  }
  return undefined;
}
