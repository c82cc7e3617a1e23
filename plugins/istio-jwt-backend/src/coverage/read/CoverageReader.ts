import {
  CoverageFilter,
  CoveragePage,
  CoverageService,
  CoverageSort,
} from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { CoverageRow, EXCEPTIONS } from '../rows';
import {
  describeService,
  ExceptionNote,
  noteExceptions,
} from './describeService';
import { decodePosition, encodePosition, SORT_COLUMNS } from './pageCursor';
import { selectRows } from './selectRows';
import { Viewer } from './Viewer';

/** A list of services in pages. */
export interface PageRequest {
  sort: CoverageSort;
  order: 'asc' | 'desc';
  limit: number;
  cursor?: string;
}

/** Services of the index. Every method shows and counts what the caller may see, and nothing else. */
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
