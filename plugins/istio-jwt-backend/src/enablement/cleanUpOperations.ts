import { EnablementConfig } from '../config';
import { OperationNotices } from './notices/OperationNotices';
import { Operation } from './operation';
import { EnablementStore } from './store/EnablementStore';
import { takeBack } from './takeBack';

const BATCH = 100;

interface CleanUp {
  config: EnablementConfig;
  store: Pick<
    EnablementStore,
    'listWaiting' | 'listHeld' | 'moveOn' | 'deleteBefore'
  >;
  notices: Pick<OperationNotices, 'tell'>;
  onProgress(operation: Operation): void;
}

/**
 * Ends what nobody approved in time, has taken back what nobody decided about, and forgets what ended
 * long ago.
 */
export async function cleanUpOperations(
  parts: CleanUp,
  retentionMs: number,
): Promise<void> {
  await endUnapproved(parts);
  await endHeld(parts);
  await parts.store.deleteBefore(Date.now() - retentionMs);
}

async function endUnapproved({
  config,
  store,
  notices,
  onProgress,
}: CleanUp): Promise<void> {
  const now = Date.now();
  const waiting = await store.listWaiting(
    now - config.deadlines.approvalMs,
    BATCH,
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
    if (moved.kind !== 'moved') continue;
    onProgress(next);
    await notices.tell('not-approved', next);
  }
}

async function endHeld({ store, notices, onProgress }: CleanUp): Promise<void> {
  for (const { operation, cancelRequested } of await store.listHeld(BATCH)) {
    const isOver = Date.now() >= (operation.hold?.expiresAt ?? 0);
    if (!isOver && !cancelRequested) continue;
    const next = takeBack(
      operation,
      isOver
        ? 'Nobody said in time that it is to be enforced.'
        : 'It was cancelled.',
    );
    const moved = await store.moveOn(next, 'held', next.locks);
    if (moved.kind !== 'moved') continue;
    onProgress(next);
    if (isOver) await notices.tell('not-enforced', next);
  }
}
