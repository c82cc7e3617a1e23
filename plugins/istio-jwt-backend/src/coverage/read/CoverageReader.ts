import {
  CoverageCounts,
  CoverageException,
  CoverageFilter,
  CoverageFinding,
  CoverageGroup,
  CoverageGroupBy,
  CoverageGroups,
  CoveragePage,
  CoverageService,
  CoverageSort,
} from 'backstage-plugin-istio-jwt-common';
import {
  findingCatalogue,
  FindingDefinition,
  ProtectionState,
} from 'istio-jwt-policy-engine';
import { Knex } from 'knex';
import { CoverageRow, EXCEPTIONS, FACETS } from '../rows';
import { addCounts, countStates } from './counts';
import {
  describeService,
  ExceptionNote,
  noteExceptions,
} from './describeService';
import { decodePosition, encodePosition, SORT_COLUMNS } from './pageCursor';
import { selectExcepted, selectRows } from './selectRows';
import { Viewer } from './Viewer';

/** A list of services in pages. */
export interface PageRequest {
  sort: CoverageSort;
  order: 'asc' | 'desc';
  limit: number;
  cursor?: string;
}

const MAX_GROUPS = 200;
const MAX_AFFECTED = 20;
const SEVERITIES = ['error', 'warning', 'info'];

const DEFINITIONS = new Map<string, FindingDefinition>(
  findingCatalogue.map(definition => [definition.id, definition]),
);

/** Answers from the index. Every method counts and shows what the caller may see, and nothing else. */
export class CoverageReader {
  constructor(private readonly db: Knex) {}

  async list(
    viewer: Viewer,
    filter: CoverageFilter,
    page: PageRequest,
  ): Promise<CoveragePage> {
    const [rows, total] = await Promise.all([
      this.readPage(viewer, filter, page),
      this.count(viewer, filter),
    ]);
    return { ...rows, total };
  }

  /** One page without the total. */
  async readPage(
    viewer: Viewer,
    filter: CoverageFilter,
    { sort, order, limit, cursor }: PageRequest,
  ): Promise<Omit<CoveragePage, 'total'>> {
    const { column } = SORT_COLUMNS[sort];
    const orderName = `${sort} ${order}`;
    const query = this.selectPage(viewer, filter, sort, order);
    if (cursor !== undefined) {
      const { value, rowKey } = decodePosition(orderName, cursor);
      query.whereRaw(`(??, c.row_key) ${order === 'asc' ? '>' : '<'} (?, ?)`, [
        `c.${column}`,
        value,
        rowKey,
      ]);
    }
    const rows: CoverageRow[] = await query.limit(limit + 1).select('c.*');
    const shown = rows.slice(0, limit);
    const exceptions = await this.readExceptions(
      shown.map(row => row.service_key),
    );
    return {
      items: shown.map(row =>
        describeService(row, exceptions.get(row.service_key)),
      ),
      ...(rows.length > limit
        ? { nextCursor: encodePosition(orderName, shown[limit - 1]) }
        : {}),
    };
  }

  /** @internal For the query plan. */
  selectPage(
    viewer: Viewer,
    filter: CoverageFilter,
    sort: CoverageSort,
    order: 'asc' | 'desc',
  ): Knex.QueryBuilder {
    return selectRows(this.db, viewer, filter).orderBy([
      { column: `c.${SORT_COLUMNS[sort].column}`, order },
      { column: 'c.row_key', order },
    ]);
  }

  async count(viewer: Viewer, filter: CoverageFilter): Promise<number> {
    const [{ count }] = await selectRows(this.db, viewer, filter).count({
      count: '*',
    });
    return Number(count);
  }

  /** One Service as the caller sees it. */
  async findService(
    viewer: Viewer,
    service: { cluster: string; namespace: string; name: string },
  ): Promise<CoverageRow | undefined> {
    return selectRows(this.db, viewer, {})
      .where('c.cluster', service.cluster)
      .andWhere('c.namespace', service.namespace)
      .andWhere('c.name', service.name)
      .select('c.*')
      .first();
  }

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

  async listFindings(
    viewer: Viewer,
    filter: CoverageFilter,
  ): Promise<CoverageFinding[]> {
    const joined = () =>
      selectRows(this.db, viewer, filter).join({ g: FACETS }, join =>
        join.on('g.row_key', 'c.row_key').andOnVal('g.kind', 'finding'),
      );
    const counts: {
      id: string;
      services: number | string;
      occurrences: number | string;
    }[] = await joined()
      .groupBy('g.value')
      .select({ id: 'g.value' })
      .count({ services: '*' })
      .sum({ occurrences: 'g.count' });
    const found = counts.map(({ id, services, occurrences }) => ({
      ...describeFinding(id),
      services: Number(services),
      occurrences: Number(occurrences),
      affected: [] as CoverageFinding['affected'],
    }));
    for (const finding of found) {
      const rows: CoverageRow[] = await selectRows(this.db, viewer, {
        ...filter,
        finding: finding.id,
      })
        .orderBy(['c.sort_title', 'c.row_key'])
        .limit(MAX_AFFECTED)
        .select('c.*');
      finding.affected = rows.map(describeAffected);
    }
    return found.sort(
      (a, b) =>
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        b.services - a.services ||
        (a.id < b.id ? -1 : 1),
    );
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

  private async readExceptions(
    serviceKeys: string[],
  ): Promise<Map<string, CoverageService['exception']>> {
    const rows: ExceptionNote[] = await this.db(EXCEPTIONS)
      .whereIn('service_key', serviceKeys)
      .whereNull('revoked_at')
      .andWhere('expires_at', '>', Date.now())
      .select('id', 'service_key', 'whole', 'approved_by', 'expires_at');
    return noteExceptions(rows);
  }
}

/** What an exception and a service have in common. */
export type ServiceOfException = CoverageException['scope'];

function countUnprotected({ total, states }: CoverageCounts): number {
  return total - states.enforced;
}

/** A kind of finding that this version does not know was written by another. */
function describeFinding(
  id: string,
): Pick<CoverageFinding, 'id' | 'severity' | 'title' | 'why' | 'fix' | 'link'> {
  const { severity, title, why, fix, link } = DEFINITIONS.get(id) ?? {
    severity: 'info' as const,
    title: id,
    why: '',
    fix: '',
    link: '',
  };
  return { id, severity, title, why, fix, link };
}

function describeAffected(
  row: CoverageRow,
): CoverageFinding['affected'][number] {
  const { row_key: id, entity_ref, title, cluster, namespace, name } = row;
  return {
    id,
    ...(entity_ref ? { entityRef: entity_ref } : {}),
    title,
    cluster,
    namespace,
    name,
  };
}
