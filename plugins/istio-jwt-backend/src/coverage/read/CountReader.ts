import {
  CoverageCounts,
  CoverageFilter,
  CoverageGroup,
  CoverageGroupBy,
  CoverageGroups,
} from 'backstage-plugin-istio-jwt-common';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { Knex } from 'knex';
import { FACETS } from '../rows';
import { addCounts, countStates } from './counts';
import { selectExcepted, selectRows } from './selectRows';
import { Viewer } from './Viewer';

const MAX_GROUPS = 200;

/** Counts of the index, made of what the caller may see. */
export class CountReader {
  constructor(private readonly db: Knex) {}

  async summarise(
    viewer: Viewer,
    filter: CoverageFilter,
    now: number,
  ): Promise<
    CoverageCounts & { claimed: number; unclaimed: number; stale: number }
  > {
    const rows: {
      state: ProtectionState;
      excepted: number;
      claimed: number;
      stale: number;
      count: number | string;
    }[] = await this.selectCounted(viewer, filter, now)
      .select(
        this.db.raw("case when c.entity_key = '' then 0 else 1 end as claimed"),
        this.db.raw(
          'case when c.stale_since is null then 0 else 1 end as stale',
        ),
      )
      .groupBy('claimed', 'stale');
    const sum = (fits: (row: (typeof rows)[number]) => boolean) =>
      rows.filter(fits).reduce((total, row) => total + Number(row.count), 0);
    return {
      ...countStates(rows),
      claimed: sum(({ claimed }) => claimed === 1),
      unclaimed: sum(({ claimed }) => claimed === 0),
      stale: sum(({ stale }) => stale === 1),
    };
  }

  async group(
    viewer: Viewer,
    filter: CoverageFilter,
    by: CoverageGroupBy,
    now: number,
  ): Promise<CoverageGroups> {
    const query = this.selectCounted(viewer, filter, now);
    if (by === 'issuer' || by === 'gateway') {
      query
        .leftJoin({ g: FACETS }, join =>
          join.on('g.row_key', 'c.row_key').andOnVal('g.kind', by),
        )
        .select(this.db.raw("coalesce(g.value, '') as key"))
        .groupBy('g.value');
    } else {
      query.select({ key: `c.${by}` }).groupBy(`c.${by}`);
    }
    const rows: ({ key: string } & Parameters<
      typeof countStates
    >[0][number])[] = await query;
    const groups = new Map<string, CoverageGroup>();
    for (const row of rows) {
      const { key } = row;
      groups.set(key, {
        key,
        ...addCounts(groups.get(key), countStates([row])),
      });
    }
    if (by === 'issuer') {
      await this.addSole(groups, viewer, filter);
    }
    const sorted = [...groups.values()].sort(
      (a, b) =>
        countUnprotected(b) - countUnprotected(a) ||
        b.total - a.total ||
        (a.key < b.key ? -1 : 1),
    );
    return {
      by,
      groups: sorted.slice(0, MAX_GROUPS),
      omitted: Math.max(0, sorted.length - MAX_GROUPS),
    };
  }

  /** Who would have nobody left to trust, by issuer. */
  private async addSole(
    groups: Map<string, CoverageGroup>,
    viewer: Viewer,
    filter: CoverageFilter,
  ): Promise<void> {
    const rows: { key: string; count: number | string }[] = await selectRows(
      this.db,
      viewer,
      filter,
    )
      .join({ g: FACETS }, join =>
        join.on('g.row_key', 'c.row_key').andOnVal('g.kind', 'sole-issuer'),
      )
      .groupBy('g.value')
      .select({ key: 'g.value' })
      .count({ count: '*' });
    const sole = new Map(rows.map(({ key, count }) => [key, Number(count)]));
    for (const [key, group] of groups) {
      groups.set(key, { ...group, sole: sole.get(key) ?? 0 });
    }
  }

  private selectCounted(
    viewer: Viewer,
    filter: CoverageFilter,
    now: number,
  ): Knex.QueryBuilder {
    return selectRows(this.db, viewer, filter)
      .leftJoin(
        selectExcepted(this.db, now).distinct().as('x'),
        'x.service_key',
        'c.service_key',
      )
      .groupBy('c.state', 'excepted')
      .select(
        'c.state',
        this.db.raw(
          "case when x.service_key is null or c.state = 'enforced' then 0 else 1 end as excepted",
        ),
      )
      .count({ count: '*' });
  }
}

function countUnprotected({ total, states }: CoverageCounts): number {
  return total - states.enforced;
}
