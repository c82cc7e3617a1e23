import { Knex } from 'knex';
import { KeySetRecord, KeySetStore } from './KeySetStore';

const KEY_SETS = 'istio_jwt_key_sets';
/** SQLite takes at most 999 values in one statement. */
const BATCH = 200;

interface Row {
  id: string;
  uri: string;
  /** PostgreSQL gives bigints as strings. */
  checked_at: number | string;
  next_at: number | string;
  claimed_until: number | string;
  record: string | null;
}

/** Key sets in the plugin's database, whose migrations have run. */
export class DatabaseKeySetStore implements KeySetStore {
  constructor(private readonly db: Knex) {}

  async add(sources: { id: string; uri: string }[]): Promise<void> {
    for (const batch of split(sources)) {
      await this.db<Row>(KEY_SETS)
        .insert(
          batch.map(({ id, uri }) => ({
            id,
            uri: uri.slice(0, 2048),
            checked_at: 0,
            next_at: 0,
            claimed_until: 0,
            record: null,
          })),
        )
        .onConflict('id')
        .ignore();
    }
  }

  async listTimes(ids: string[]) {
    const rows = await this.select(ids, ['id', 'checked_at', 'next_at']);
    return rows.map(row => ({
      id: row.id,
      checkedAt: Number(row.checked_at),
      nextAt: Number(row.next_at),
    }));
  }

  async getRecords(ids: string[]): Promise<Map<string, KeySetRecord>> {
    const rows = await this.select(ids, ['id', 'record']);
    return new Map(
      rows.flatMap(({ id, record }) =>
        record === null ? [] : [[id, JSON.parse(record) as KeySetRecord]],
      ),
    );
  }

  async claim(id: string, now: number, until: number): Promise<boolean> {
    const taken = await this.db<Row>(KEY_SETS)
      .where({ id })
      .andWhere('next_at', '<=', now)
      .andWhere('claimed_until', '<=', now)
      .update({ claimed_until: until });
    return taken > 0;
  }

  async save(id: string, record: KeySetRecord, nextAt: number): Promise<void> {
    await this.db<Row>(KEY_SETS)
      .where({ id })
      .update({
        checked_at: record.checkedAt,
        next_at: nextAt,
        claimed_until: 0,
        record: JSON.stringify(record),
      });
  }

  async hasten(id: string, nextAt: number): Promise<void> {
    await this.db<Row>(KEY_SETS)
      .where({ id })
      .andWhere('next_at', '>', nextAt)
      .update({ next_at: nextAt });
  }

  async deleteBefore(checkedBefore: number): Promise<number> {
    return this.db<Row>(KEY_SETS)
      .where('checked_at', '<', checkedBefore)
      .andWhere('checked_at', '>', 0)
      .delete();
  }

  private async select(ids: string[], columns: (keyof Row)[]): Promise<Row[]> {
    const rows: Row[] = [];
    for (const batch of split(ids)) {
      rows.push(
        ...((await this.db<Row>(KEY_SETS)
          .whereIn('id', batch)
          .select(columns as string[])) as Row[]),
      );
    }
    return rows;
  }
}

function split<T>(items: T[]): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += BATCH) {
    batches.push(items.slice(start, start + BATCH));
  }
  return batches;
}
