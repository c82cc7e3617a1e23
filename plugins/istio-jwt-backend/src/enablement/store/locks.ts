import { Knex } from 'knex';
import { digestRef } from '../../storage/digestRef';
import { LockRow, LOCKS } from './rows';

/** Another operation holds a lock. */
export class LockTaken extends Error {
  constructor(readonly name: string, readonly by: string) {
    super(`${name} is held by ${by}`);
  }
}

/** Takes locks, those included that the operation holds already. @throws LockTaken, and the transaction is off */
export async function insertLocks(
  trx: Knex.Transaction,
  enablementId: string,
  names: string[],
): Promise<void> {
  // In one order, so that two operations never wait for each other.
  for (const name of [...new Set(names)].sort()) {
    const key = digestRef(name);
    await trx<LockRow>(LOCKS)
      .insert({ lock_key: key, name, enablement_id: enablementId })
      .onConflict('lock_key')
      .ignore();
    const holder = await trx<LockRow>(LOCKS).where({ lock_key: key }).first();
    if (holder?.enablement_id !== enablementId) {
      throw new LockTaken(name, holder?.enablement_id ?? 'nobody');
    }
  }
}
