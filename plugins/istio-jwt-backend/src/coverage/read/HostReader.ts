import {
  CoverageFilter,
  CoverageHost,
  CoverageHostPage,
} from 'backstage-plugin-istio-jwt-common';
import { InputError } from '@backstage/errors';
import { Knex } from 'knex';
import { CoverageRow, HostRow, HOSTS } from '../rows';
import { selectRows } from './selectRows';
import { Viewer } from './Viewer';

type JoinedRow = HostRow &
  Pick<
    CoverageRow,
    'entity_ref' | 'title' | 'owner' | 'cluster' | 'namespace' | 'name'
  >;

/** Hosts of gateways, with the services that the caller may see behind them. */
export class HostReader {
  constructor(private readonly db: Knex) {}

  /** Worst first. */
  async list(
    viewer: Viewer,
    gateway: string,
    filter: CoverageFilter,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<CoverageHostPage> {
    const query = this.select(viewer, gateway, filter);
    if (cursor !== undefined) {
      query.whereRaw(
        '(h.state_rank, h.address, h.row_key) > (?, ?, ?)',
        decode(cursor),
      );
    }
    const [rows, [{ count }]]: [JoinedRow[], { count: number | string }[]] =
      await Promise.all([
        query
          .orderBy(['h.state_rank', 'h.address', 'h.row_key'])
          .limit(limit + 1)
          .select('h.*', 'c.entity_ref', 'c.title', 'c.owner')
          .select('c.cluster', 'c.namespace', 'c.name'),
        this.select(viewer, gateway, filter).count({ count: '*' }),
      ]);
    const shown = rows.slice(0, limit);
    return {
      items: shown.map(describe),
      ...(rows.length > limit ? { nextCursor: encode(shown[limit - 1]) } : {}),
      total: Number(count),
    };
  }

  private select(
    viewer: Viewer,
    gateway: string,
    filter: CoverageFilter,
  ): Knex.QueryBuilder {
    return selectRows(this.db, viewer, { ...filter, gateway: undefined }).join(
      { h: HOSTS },
      join => join.on('h.row_key', 'c.row_key').andOnVal('h.gateway', gateway),
    );
  }
}

function describe(row: JoinedRow): CoverageHost {
  const { address, state, title, cluster, namespace, name } = row;
  return {
    address,
    state,
    service: {
      id: row.row_key,
      ...(row.entity_ref ? { entityRef: row.entity_ref } : {}),
      title,
      ...(row.owner ? { owner: row.owner } : {}),
      cluster,
      namespace,
      name,
    },
  };
}

function encode({ state_rank, address, row_key }: HostRow): string {
  return Buffer.from(JSON.stringify([state_rank, address, row_key])).toString(
    'base64url',
  );
}

function decode(cursor: string): [number, string, string] {
  try {
    const [rank, address, rowKey] = JSON.parse(
      Buffer.from(cursor, 'base64url').toString(),
    );
    if (
      [0, 1, 2, 3, 4, 5, 6].includes(rank) &&
      typeof address === 'string' &&
      !address.includes('\0') &&
      /^[0-9a-f]{32}$/.test(rowKey)
    ) {
      return [rank, address, rowKey];
    }
  } catch {
    // Told below.
  }
  throw new InputError(
    'cursor is not one that this list gave. Start at the first page.',
  );
}
