import { Knex } from 'knex';
import {
  COVERAGE,
  CoverageRow,
  FacetRow,
  FACETS,
  HostRow,
  HOSTS,
} from '../rows';
import { IndexedService } from './describeRows';

const INDEX = 'istio_jwt_coverage_index';
/** SQLite takes no more than some thousand values in one statement. */
const CHUNK = 50;

/** How the index stands. */
export interface IndexProgress {
  /** ms since the epoch; undefined: it was never complete. */
  indexedAt?: number;
  /** Grows where claims change. */
  version: number;
}

interface IndexStateRow {
  id: number;
  lease_owner: string | null;
  lease_until: number | string | null;
  indexed_at: number | string | null;
  version: number;
}

/** Another replica took the lease meanwhile: what was to be written is not. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Writes the index. One replica does, which holds the lease. */
export class IndexStore {
  /** Who took the lease through this store. */
  private owner?: string;

  constructor(private readonly db: Knex) {}

  /**
   * Takes the lease, or makes it longer.
   *
   * @returns `kept`: nobody else had it since; `taken`: somebody may have written meanwhile; undefined:
   *   another replica has it
   */
  async lease(
    owner: string,
    now: number,
    leaseMs: number,
  ): Promise<'kept' | 'taken' | undefined> {
    const lease = { lease_owner: owner, lease_until: now + leaseMs };
    const kept = await this.db<IndexStateRow>(INDEX)
      .where({ id: 1, lease_owner: owner })
      .update(lease);
    if (kept === 1) {
      return 'kept';
    }
    const taken = await this.db<IndexStateRow>(INDEX)
      .where({ id: 1 })
      .andWhere(free =>
        free.whereNull('lease_until').orWhere('lease_until', '<', now),
      )
      .update(lease);
    if (taken !== 1) {
      return undefined;
    }
    this.owner = owner;
    return 'taken';
  }

  /**
   * Writes while the lease is still this replica's. One that stood still for longer than its lease, and
   * goes on in the middle of a pass, would overwrite what its successor wrote: in its transaction it looks
   * at the lease first, and whoever wants to take it has to wait.
   *
   * @throws LeaseLost
   */
  async write(
    run: (transaction: Knex.Transaction) => Promise<void>,
  ): Promise<void> {
    const { owner } = this;
    await this.db.transaction(async transaction => {
      if (owner !== undefined) {
        const held = await transaction<IndexStateRow>(INDEX)
          .where({ id: 1, lease_owner: owner })
          .update({ lease_owner: owner });
        if (held !== 1) {
          throw new LeaseLost();
        }
      }
      await run(transaction);
    });
  }

  async release(owner: string): Promise<void> {
    await this.db<IndexStateRow>(INDEX)
      .where({ id: 1, lease_owner: owner })
      .update({ lease_owner: null, lease_until: null });
  }

  async getProgress(): Promise<IndexProgress> {
    const row = await this.db<IndexStateRow>(INDEX).where({ id: 1 }).first();
    return {
      ...(row?.indexed_at ? { indexedAt: Number(row.indexed_at) } : {}),
      version: row?.version ?? 0,
    };
  }

  async noteComplete(now: number, claimsChanged: boolean): Promise<void> {
    await this.write(async transaction => {
      await transaction<IndexStateRow>(INDEX)
        .where({ id: 1 })
        .update({
          indexed_at: now,
          ...(claimsChanged ? { version: this.db.raw('version + 1') } : {}),
        });
    });
  }

  /** Digests of the rows of every Service, in the order of their claims. */
  async readDigests(): Promise<
    Map<string, { cluster: string; digests: string }>
  > {
    const rows = await this.db<CoverageRow>(COVERAGE)
      .orderBy(['service_key', 'claim_rank'])
      .select('service_key', 'cluster', 'digest');
    const known = new Map<string, { cluster: string; digests: string }>();
    for (const { service_key: key, cluster, digest } of rows) {
      const before = known.get(key);
      known.set(key, {
        cluster,
        digests: before ? `${before.digests} ${digest}` : digest,
      });
    }
    return known;
  }

  /** Replaces all that is kept of some Services. */
  async replace(services: IndexedService[]): Promise<void> {
    for (let start = 0; start < services.length; start += CHUNK) {
      const chunk = services.slice(start, start + CHUNK);
      const rows = chunk.flatMap(each => each.rows.map(({ row }) => row));
      const facets = chunk.flatMap(each =>
        each.rows.flatMap(row => row.facets),
      );
      const hosts = chunk.flatMap(each => each.rows.flatMap(row => row.hosts));
      await this.write(async transaction => {
        await deleteServices(
          transaction,
          chunk.map(({ serviceKey }) => serviceKey),
        );
        await transaction.batchInsert<CoverageRow>(
          COVERAGE,
          rows.map(row => ({ ...row, stale_since: null, stale_reason: null })),
          CHUNK,
        );
        await transaction.batchInsert<FacetRow>(FACETS, facets, 4 * CHUNK);
        await transaction.batchInsert<HostRow>(HOSTS, hosts, 4 * CHUNK);
      });
    }
  }

  async remove(serviceKeys: string[]): Promise<void> {
    for (let start = 0; start < serviceKeys.length; start += CHUNK) {
      const chunk = serviceKeys.slice(start, start + CHUNK);
      await this.write(transaction => deleteServices(transaction, chunk));
    }
  }

  /** What was seen last of a cluster stays, marked as old. */
  async markStale(
    cluster: string,
    since: number,
    reason: string,
  ): Promise<void> {
    await this.write(async transaction => {
      await transaction<CoverageRow>(COVERAGE)
        .where({ cluster })
        .whereNull('stale_since')
        .update({ stale_since: since, stale_reason: reason.slice(0, 500) });
    });
  }

  async markCurrent(cluster: string): Promise<void> {
    await this.write(async transaction => {
      await transaction<CoverageRow>(COVERAGE)
        .where({ cluster })
        .whereNotNull('stale_since')
        .update({ stale_since: null, stale_reason: null });
    });
  }

  async listClusters(): Promise<string[]> {
    return this.db<CoverageRow>(COVERAGE).distinct().pluck('cluster');
  }

  /** Services of clusters that were not seen for so long. */
  async listForgotten(staleBefore: number): Promise<string[]> {
    return this.db<CoverageRow>(COVERAGE)
      .where('stale_since', '<', staleBefore)
      .distinct()
      .pluck('service_key');
  }
}

async function deleteServices(db: Knex, serviceKeys: string[]): Promise<void> {
  for (const table of [FACETS, HOSTS]) {
    await db(table)
      .whereIn(
        'row_key',
        db(COVERAGE).whereIn('service_key', serviceKeys).select('row_key'),
      )
      .delete();
  }
  await db(COVERAGE).whereIn('service_key', serviceKeys).delete();
}
