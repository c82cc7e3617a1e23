import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { ClusterRegistry } from '../cluster';
import { listOwners } from '../entity';
import { IssuerKeys } from '../jwks';
import { buildEntityStatus, LastRuns, SharedStatus } from './buildEntityStatus';
import { LastRunCache } from './LastRunCache';
import { LruMap } from './LruMap';

interface Memo {
  key: string;
  status: SharedStatus;
}

const UNKNOWN_RUNS = { runs: {}, version: 0 };

/** Statuses from memory, computed anew only after something changed. */
export class StatusService {
  private readonly memo = new LruMap<Memo>(5000);
  private readonly listeners = new Set<(status: SharedStatus) => void>();

  constructor(
    private readonly registry: ClusterRegistry,
    private readonly lastRuns: LastRunCache,
    private readonly keys?: IssuerKeys,
  ) {}

  /** Calls back with each status computed anew from all that is known. Must not throw. */
  subscribe(listener: (status: SharedStatus) => void): void {
    this.listeners.add(listener);
  }

  async getStatus(entity: Entity): Promise<SharedStatus> {
    const known = await this.lastRuns.get(stringifyEntityRef(entity));
    await this.registry.prepare();
    const status = this.compute(entity, known);
    return this.keys
      ? { ...status, issuerHealth: this.keys.refresh(status.issuerHealth) }
      : status;
  }

  /** The status as far as it is known without waiting for the database. */
  async peekStatus(entity: Entity): Promise<SharedStatus> {
    await this.registry.prepare();
    const known = this.lastRuns.peek(stringifyEntityRef(entity));
    return this.compute(entity, known ?? UNKNOWN_RUNS);
  }

  private compute(
    entity: Entity,
    known: { runs: LastRuns; version: number },
  ): SharedStatus {
    const { runs, version } = known;
    const entityRef = stringifyEntityRef(entity);
    const key = JSON.stringify([
      entity.metadata.annotations,
      listOwners(entity),
      version,
      this.keys?.version,
      this.registry.list().map(({ revision }) => revision),
    ]);
    const memo = this.memo.get(entityRef);
    if (memo?.key === key) {
      return memo.status;
    }
    const status = buildEntityStatus(entity, this.registry, runs, this.keys);
    this.memo.set(entityRef, { key, status });
    if (known !== UNKNOWN_RUNS) {
      this.listeners.forEach(listener => listener(status));
    }
    return status;
  }
}
