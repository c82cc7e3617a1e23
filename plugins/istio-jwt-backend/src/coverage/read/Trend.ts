import {
  CoverageChange,
  CoverageFilter,
  CoverageTrendPoint,
} from 'backstage-plugin-istio-jwt-common';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { Knex } from 'knex';
import { addDays, toDay } from '../days';
import { DAYS, SPANS } from '../rows';
import { addCounts, countStates } from './counts';
import { restrictToVisible, withVisible } from './selectRows';
import { Viewer } from './Viewer';

/** Of these, the past is known. */
export type PastFilter = Pick<
  CoverageFilter,
  'owner' | 'system' | 'namespace' | 'cluster' | 'claimed'
>;

interface CountRow {
  day: string | null;
  state: ProtectionState;
  excepted: boolean | number;
  count: number | string;
}

/** How things were on days gone by. */
export class Trend {
  constructor(private readonly db: Knex) {}

  /** One point per day, today last. */
  async read(
    viewer: Viewer,
    filter: PastFilter,
    days: number,
    now: number,
  ): Promise<CoverageTrendPoint[]> {
    const today = toDay(now);
    const first = addDays(today, 1 - days);
    const recorded = new Set<string>(
      await this.db(DAYS).where('day', '>=', first).pluck('day'),
    );
    const [begun, ended]: CountRow[][] = await Promise.all([
      this.count(viewer, filter, 's.from_day', today),
      this.count(viewer, filter, 's.until_day', today),
    ]);
    const deltas = [
      ...begun,
      ...ended.map(row => ({ ...row, count: -Number(row.count) })),
    ].sort((a, b) => (a.day! < b.day! ? -1 : 1));
    let counts = countStates([]);
    let next = 0;
    return Array.from({ length: days }, (_, index) => {
      const day = addDays(first, index);
      const due: CountRow[] = [];
      while (next < deltas.length && deltas[next].day! <= day) {
        due.push(deltas[next++]);
      }
      counts = addCounts(counts, countStates(due));
      return recorded.has(day)
        ? { kind: 'recorded', day, ...counts }
        : { kind: 'gap', day };
    });
  }

  /** How things were some days ago. */
  async compare(
    viewer: Viewer,
    filter: CoverageFilter,
    days: number,
    now: number,
  ): Promise<CoverageChange> {
    const day = addDays(toDay(now), -days);
    const { owner, system, namespace, cluster, claimed, ...others } = filter;
    const known = { owner, system, namespace, cluster, claimed };
    if (Object.values(others).some(value => value?.length)) {
      return {
        kind: 'unknown',
        days,
        day,
        reason:
          'For the past, only owner, system, namespace, cluster and whether somebody claims a service are recorded.',
      };
    }
    if (!(await this.db(DAYS).where({ day }).first('day'))) {
      return {
        kind: 'unknown',
        days,
        day,
        reason: 'Nothing was recorded on that day.',
      };
    }
    const rows: CountRow[] = await this.selectSpans(viewer, known)
      .andWhere('s.from_day', '<=', day)
      .andWhere(open =>
        open.whereNull('s.until_day').orWhere('s.until_day', '>', day),
      )
      .groupBy('s.state', 's.excepted')
      .select('s.state', 's.excepted')
      .count({ count: '*' });
    return { kind: 'known', days, day, counts: countStates(rows) };
  }

  private async count(
    viewer: Viewer,
    filter: PastFilter,
    column: 's.from_day' | 's.until_day',
    today: string,
  ): Promise<CountRow[]> {
    return this.selectSpans(viewer, filter)
      .andWhere(column, '<=', today)
      .groupBy(column, 's.state', 's.excepted')
      .select({ day: column }, 's.state', 's.excepted')
      .count({ count: '*' });
  }

  /** Of each Service and day one: that of the first entity which fits. */
  private selectSpans(viewer: Viewer, filter: PastFilter): Knex.QueryBuilder {
    const restrict = (builder: Knex.QueryBuilder, alias: string) => {
      restrictToVisible(this.db, builder, viewer, `${alias}.entity_key`);
      if (filter.owner !== undefined) {
        builder.where(`${alias}.owner`, filter.owner);
      }
      if (filter.system !== undefined) {
        builder.where(`${alias}.system`, filter.system);
      }
    };
    const query = withVisible(this.db, this.db({ s: SPANS }), viewer);
    restrict(query, 's');
    // All spans of a Service begin and end together: see recordDay.
    query.where(first =>
      first
        .where('s.claim_rank', 0)
        .orWhereNotExists(
          this.db({ o: SPANS })
            .select(this.db.raw('1'))
            .whereRaw('o.service_key = s.service_key')
            .whereRaw('o.from_day = s.from_day')
            .whereRaw('o.claim_rank < s.claim_rank')
            .modify(restrict, 'o'),
        ),
    );
    if (filter.namespace !== undefined) {
      query.where('s.namespace', filter.namespace);
    }
    if (filter.cluster !== undefined) {
      query.where('s.cluster', filter.cluster);
    }
    if (filter.claimed !== undefined) {
      query[filter.claimed ? 'whereNot' : 'where']('s.entity_key', '');
    }
    return query;
  }
}
