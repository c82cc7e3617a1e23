import { Page, ProbeRunSummary } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { cutPage, decodeCursor } from './cursor';
import {
  describeRun,
  ObservationRow,
  OBSERVATIONS,
  RunRow,
  RUNS,
} from './runRows';

/** Runs of an entity, newest first, counted by the database: no observation is read. */
export async function listRunSummaries(
  db: Knex,
  entityRef: string,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<Page<ProbeRunSummary>> {
  const query = db<RunRow>(RUNS)
    .where({ entity_ref: entityRef })
    .orderBy([
      { column: 'started_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit + 1);
  if (cursor !== undefined) {
    const { at, key } = decodeCursor(cursor);
    query.andWhere(older =>
      older
        .where('started_at', '<', at)
        .orWhere(same =>
          same.where({ started_at: at }).andWhere('id', '<', key),
        ),
    );
  }
  const { rows, nextCursor } = cutPage(await query, limit, row => ({
    at: Number(row.started_at),
    key: row.id,
  }));
  const counted = await db<ObservationRow>(OBSERVATIONS)
    .whereIn(
      'run_id',
      rows.map(({ id }) => id),
    )
    .groupBy('run_id', 'result')
    .select('run_id', 'result')
    .count({ count: '*' });
  const counts = new Map<string, ProbeRunSummary['counts']>();
  for (const { run_id: runId, result, count } of counted as {
    run_id: string;
    result: keyof ProbeRunSummary['counts'];
    count: number | string;
  }[]) {
    const known = counts.get(runId) ?? noCounts();
    known[result] = Number(count);
    counts.set(runId, known);
  }
  return {
    items: rows.map(row => ({
      ...describeRun(row),
      counts: counts.get(row.id) ?? noCounts(),
    })),
    nextCursor,
  };
}

function noCounts(): ProbeRunSummary['counts'] {
  return { agrees: 0, disagrees: 0, inconclusive: 0, 'not-tested': 0 };
}
