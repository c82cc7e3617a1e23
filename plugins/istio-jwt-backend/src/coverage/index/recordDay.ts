import { Knex } from 'knex';
import { selectExcepted } from '../read/selectRows';
import { COVERAGE, CoverageRow, DAYS, SPANS } from '../rows';
import { addDays, toDay } from '../days';
import { IndexStore } from './IndexStore';

interface SpanRow {
  row_key: string;
  from_day: string;
  until_day: string | null;
  service_key: string;
  entity_key: string;
  claim_rank: number;
  cluster: string;
  namespace: string;
  owner: string;
  system: string;
  state: string;
  excepted: boolean | number;
}

const CHUNK = 100;

/**
 * Records how every Service is on the UTC day of `now`. The last record of a day counts. What is as
 * it was takes no write; the spans of one Service begin and end together, so that they can be told
 * apart by day alone.
 *
 * @param write - of the store whose lease is to be held meanwhile
 */
export async function recordDay(
  db: Knex,
  now: number,
  write: IndexStore['write'] = run => db.transaction(run),
): Promise<void> {
  const today = toDay(now);
  const newest = await db(DAYS).max({ day: 'day' }).first();
  if (newest?.day && newest.day > today) {
    // Another replica's clock is a day ahead: days only go on.
    return;
  }
  const excepted = new Set<string>(
    await selectExcepted(db, now).pluck('service_key'),
  );
  const rows = (
    await db<CoverageRow>(COVERAGE).select(
      'row_key',
      'service_key',
      'entity_key',
      'claim_rank',
      'cluster',
      'namespace',
      'owner',
      'system',
      'state',
    )
  ).map(row => ({
    ...row,
    excepted: row.state !== 'enforced' && excepted.has(row.service_key),
  }));
  const open = await db<SpanRow>(SPANS).whereNull('until_day');
  const current = groupByService(rows);
  const before = groupByService(open);
  const changed = [...new Set([...current.keys(), ...before.keys()])].filter(
    key => describe(current.get(key)) !== describe(before.get(key)),
  );
  for (let start = 0; start < changed.length; start += CHUNK) {
    const keys = changed.slice(start, start + CHUNK);
    await write(async transaction => {
      const openOnes = () =>
        transaction<SpanRow>(SPANS)
          .whereIn('service_key', keys)
          .whereNull('until_day');
      await openOnes().where({ from_day: today }).delete();
      await openOnes().update({ until_day: today });
      await transaction.batchInsert<SpanRow>(
        SPANS,
        keys.flatMap(key =>
          (current.get(key) ?? []).map(row => ({
            ...row,
            from_day: today,
            until_day: null,
          })),
        ),
        CHUNK,
      );
    });
  }
  await write(async transaction => {
    await transaction(DAYS)
      .insert({ day: today, taken_at: now })
      .onConflict('day')
      .merge(['taken_at']);
  });
}

/** Deletes days older than `retentionMs`. */
export async function deleteOldDays(
  db: Knex,
  now: number,
  retentionMs: number,
): Promise<void> {
  const first = toDay(now - retentionMs);
  await db(DAYS).where('day', '<', first).delete();
  await db<SpanRow>(SPANS).where('until_day', '<', addDays(first, 1)).delete();
}

function groupByService<R extends { service_key: string }>(
  rows: R[],
): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const known = groups.get(row.service_key);
    if (known) {
      known.push(row);
    } else {
      groups.set(row.service_key, [row]);
    }
  }
  return groups;
}

function describe(
  rows:
    | Pick<
        SpanRow,
        'row_key' | 'claim_rank' | 'owner' | 'system' | 'state' | 'excepted'
      >[]
    | undefined,
): string {
  return (rows ?? [])
    .map(row =>
      JSON.stringify([
        row.claim_rank,
        row.row_key,
        row.owner,
        row.system,
        row.state,
        Boolean(row.excepted),
      ]),
    )
    .sort()
    .join('\n');
}
