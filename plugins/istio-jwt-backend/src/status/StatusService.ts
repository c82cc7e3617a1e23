import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { ClusterRegistry } from '../cluster';
import { IssuerKeys } from '../jwks';
import { buildEntityStatus, LastRuns, SharedStatus } from './buildEntityStatus';
import { LastRunCache } from './LastRunCache';
import { LruMap } from './LruMap';

interface Memo {
  key: string;
  status: SharedStatus;
}

/** Statuses from memory, computed anew only after something changed. */
export class StatusService {
  private readonly memo = new LruMap<Memo>(5000);

  constructor(
    private readonly registry: ClusterRegistry,
    private readonly lastRuns: LastRunCache,
    private readonly keys?: IssuerKeys,
  ) {}

  async getStatus(entity: Entity): Promise<SharedStatus> {
    const status = this.compute(
      entity,
      await this.lastRuns.get(stringifyEntityRef(entity)),
    );
    return this.keys
      ? { ...status, issuerHealth: this.keys.refresh(status.issuerHealth) }
      : status;
  }

  /** The status as far as it is known without waiting for the database. */
  peekStatus(entity: Entity): SharedStatus {
    return this.compute(
      entity,
      this.lastRuns.peek(stringifyEntityRef(entity)) ?? {
        runs: {},
        version: 0,
      },
    );
  }

  private compute(
    entity: Entity,
    { runs, version }: { runs: LastRuns; version: number },
  ): SharedStatus {
    const entityRef = stringifyEntityRef(entity);
    const key = JSON.stringify([
      entity.metadata.annotations,
      version,
      this.keys?.version,
      this.registry.list().map(({ revision }) => revision),
    ]);
    const known = this.memo.get(entityRef);
    if (known?.key === key) {
      return known.status;
    }
    const status = buildEntityStatus(entity, this.registry, runs, this.keys);
    this.memo.set(entityRef, { key, status });
    return status;
  }
}
