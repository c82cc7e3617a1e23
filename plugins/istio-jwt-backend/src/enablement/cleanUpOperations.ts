import { EnablementConfig } from '../config';
import { Operation } from './operation';
import { EnablementStore } from './store/EnablementStore';

/** Ends what nobody approved in time, and forgets what ended long ago. */
export async function cleanUpOperations(
  {
    config,
    store,
    onProgress,
  }: {
    config: EnablementConfig;
    store: Pick<EnablementStore, 'listWaiting' | 'moveOn' | 'deleteBefore'>;
    onProgress(operation: Operation): void;
  },
  retentionMs: number,
): Promise<void> {
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
    if (moved.kind === 'moved') onProgress(next);
  }
  await store.deleteBefore(now - retentionMs);
}
