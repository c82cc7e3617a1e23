import { EnablementPhase, Page } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { cutPage, decodeCursor } from '../../storage/cursor';
import { digestRef } from '../../storage/digestRef';
import { DRIVEN_PHASES, Operation, OVER_PHASES } from '../operation';
import { DatabasePlanStore } from './DatabasePlanStore';
import { insertLocks, LockTaken } from './locks';
import {
  Claimed,
  CreateResult,
  EnablementStore,
  StoredOperation,
} from './EnablementStore';
import { PlanStore } from './PlanStore';
import {
  LOCKS,
  OperationRow,
  OPERATIONS,
  readOperation,
  writeOperation,
} from './rows';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_CLAIM_TRIES = 5;

/** Operations in the plugin's database, SQLite or PostgreSQL. */
export class DatabaseEnablementStore implements EnablementStore {
  readonly plans: PlanStore;

  constructor(private readonly db: Knex) {
    this.plans = new DatabasePlanStore(db);
  }

  async create(
    operation: Operation,
    {
      locks,
      quotas,
      now,
    }: {
      locks: string[];
      quotas: { perEntityPerDay: number; running: number };
      now: number;
    },
  ): Promise<CreateResult> {
    if (await this.get(operation.id)) return { kind: 'exists' };
    try {
      return await this.db.transaction(async (trx): Promise<CreateResult> => {
        const today = await countRows(
          trx<OperationRow>(OPERATIONS)
            .where({ entity_key: digestRef(operation.entityRef) })
            .andWhere('created_at', '>', now - DAY_MS),
        );
        if (today >= quotas.perEntityPerDay) {
          return { kind: 'quota', quota: 'perEntityPerDay' };
        }
        const running = await countRows(
          trx<OperationRow>(OPERATIONS).whereIn('phase', DRIVEN_PHASES),
        );
        if (running >= quotas.running) {
          return { kind: 'quota', quota: 'running' };
        }
        await insertLocks(trx, operation.id, locks);
        await trx<OperationRow>(OPERATIONS).insert({
          ...writeOperation(operation),
          id: operation.id,
          entity_key: digestRef(operation.entityRef),
          entity_ref: operation.entityRef,
          cancel_requested: false,
          created_at: operation.createdAt,
          lease_owner: null,
          lease_until: null,
        });
        return { kind: 'created' };
      });
    } catch (error) {
      if (error instanceof LockTaken) {
        const { name, by } = error;
        return { kind: 'locked', name, by };
      }
      throw error;
    }
  }

  async get(id: string): Promise<StoredOperation | undefined> {
    const row = await this.db<OperationRow>(OPERATIONS).where({ id }).first();
    return row && readOperation(row);
  }

  async list(
    entityRef: string,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<StoredOperation>> {
    const query = this.db<OperationRow>(OPERATIONS)
      .where({ entity_key: digestRef(entityRef) })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'desc' },
      ])
      .limit(limit + 1);
    if (cursor !== undefined) {
      const { at, key } = decodeCursor(cursor);
      query.andWhere(older =>
        older
          .where('created_at', '<', at)
          .orWhere(same =>
            same.where({ created_at: at }).andWhere('id', '<', key),
          ),
      );
    }
    const { rows, nextCursor } = cutPage(await query, limit, row => ({
      at: Number(row.created_at),
      key: row.id,
    }));
    return { items: rows.map(readOperation), nextCursor };
  }

  async listDone(entityRef: string, limit: number): Promise<Operation[]> {
    const rows = await this.db<OperationRow>(OPERATIONS)
      .where({ entity_key: digestRef(entityRef), phase: 'done' })
      .orderBy([
        { column: 'finished_at', order: 'desc' },
        { column: 'created_at', order: 'desc' },
      ])
      .limit(limit);
    return rows.map(row => readOperation(row).operation);
  }

  async listDoneEntities(after: string, limit: number): Promise<string[]> {
    return this.db<OperationRow>(OPERATIONS)
      .distinct('entity_ref')
      .where({ phase: 'done' })
      .andWhere('entity_ref', '>', after)
      .orderBy('entity_ref')
      .limit(limit)
      .pluck('entity_ref');
  }

  async findRunning(
    entityRef: string,
  ): Promise<{ id: string; phase: EnablementPhase } | undefined> {
    return this.db<OperationRow>(OPERATIONS)
      .where({ entity_key: digestRef(entityRef) })
      .whereNotIn('phase', [...OVER_PHASES, 'proposed'])
      .orderBy('created_at', 'desc')
      .first('id', 'phase');
  }

  async claim(now: number, leaseMs: number): Promise<Claimed | undefined> {
    for (let tries = 0; tries < MAX_CLAIM_TRIES; tries++) {
      const free = await this.selectFree(now).orderBy('updated_at').first('id');
      if (!free) return undefined;
      const lease = randomUUID();
      // Of two replicas that chose the same row, the second finds it taken.
      const taken = await this.selectFree(now)
        .andWhere({ id: free.id })
        .update({ lease_owner: lease, lease_until: now + leaseMs });
      const row =
        taken === 1 ? await this.selectOwn(free.id, lease).first() : undefined;
      if (row) return { ...readOperation(row), lease };
    }
    return undefined;
  }

  async renew(
    id: string,
    lease: string,
    until: number,
  ): Promise<{ held: boolean; cancelRequested: boolean }> {
    const held = await this.selectOwn(id, lease).update({ lease_until: until });
    const row =
      held === 1
        ? await this.selectOwn(id, lease).first('cancel_requested')
        : undefined;
    return {
      held: row !== undefined,
      cancelRequested: Boolean(row?.cancel_requested),
    };
  }

  async save(operation: Operation, lease: string): Promise<boolean> {
    const isOver = OVER_PHASES.includes(operation.phase);
    if (!isOver) {
      return (
        (await this.selectOwn(operation.id, lease).update(
          writeOperation(operation),
        )) === 1
      );
    }
    return this.db.transaction(async trx => {
      const saved = await trx<OperationRow>(OPERATIONS)
        .where({ id: operation.id, lease_owner: lease })
        .update({
          ...writeOperation(operation),
          lease_owner: null,
          lease_until: null,
        });
      if (saved === 1) {
        await trx(LOCKS).where({ enablement_id: operation.id }).delete();
      }
      return saved === 1;
    });
  }

  async release(id: string, lease: string): Promise<void> {
    await this.selectOwn(id, lease).update({
      lease_owner: null,
      lease_until: null,
    });
  }

  async requestCancel(id: string): Promise<boolean> {
    const asked = await this.db<OperationRow>(OPERATIONS)
      .where({ id })
      .whereIn('phase', DRIVEN_PHASES)
      .update({ cancel_requested: true });
    return asked === 1;
  }

  async moveOn(
    operation: Operation,
    expected: EnablementPhase,
    locks: string[],
  ): Promise<
    | { kind: 'moved' }
    | { kind: 'changed' }
    | { kind: 'locked'; name: string; by: string }
  > {
    try {
      return await this.db.transaction(async trx => {
        const moved = await trx<OperationRow>(OPERATIONS)
          .where({ id: operation.id, phase: expected })
          .update({
            ...writeOperation(operation),
            cancel_requested: false,
            lease_owner: null,
            lease_until: null,
          });
        if (moved !== 1) return { kind: 'changed' };
        if (OVER_PHASES.includes(operation.phase)) {
          await trx(LOCKS).where({ enablement_id: operation.id }).delete();
        } else {
          await insertLocks(trx, operation.id, locks);
        }
        return { kind: 'moved' };
      });
    } catch (error) {
      if (error instanceof LockTaken) {
        const { name, by } = error;
        return { kind: 'locked', name, by };
      }
      throw error;
    }
  }

  async listWaiting(before: number, limit: number): Promise<Operation[]> {
    const rows = await this.db<OperationRow>(OPERATIONS)
      .where({ phase: 'awaiting-approval' })
      .andWhere('created_at', '<', before)
      .limit(limit);
    return rows.map(row => readOperation(row).operation);
  }

  async listHeld(limit: number): Promise<StoredOperation[]> {
    const rows = await this.db<OperationRow>(OPERATIONS)
      .where({ phase: 'held' })
      .orderBy('updated_at')
      .limit(limit);
    return rows.map(readOperation);
  }

  async listProposed({
    entityRef,
    after,
    limit,
  }: {
    entityRef?: string;
    after?: string;
    limit: number;
  }): Promise<Operation[]> {
    const query = this.db<OperationRow>(OPERATIONS)
      .where({ phase: 'proposed' })
      .limit(limit);
    if (entityRef === undefined) query.orderBy('id');
    else {
      query
        .andWhere({ entity_key: digestRef(entityRef) })
        .orderBy('created_at', 'desc');
    }
    if (after !== undefined) query.andWhere('id', '>', after);
    return (await query).map(row => readOperation(row).operation);
  }

  async deleteBefore(before: number): Promise<number> {
    return this.db<OperationRow>(OPERATIONS)
      .whereIn(
        'phase',
        OVER_PHASES.filter(phase => phase !== 'done'),
      )
      .andWhere('finished_at', '<', before)
      .delete();
  }

  private selectFree(now: number) {
    return this.db<OperationRow>(OPERATIONS)
      .whereIn('phase', DRIVEN_PHASES)
      .andWhere(free =>
        free.whereNull('lease_until').orWhere('lease_until', '<', now),
      );
  }

  private selectOwn(id: string, lease: string) {
    return this.db<OperationRow>(OPERATIONS).where({ id, lease_owner: lease });
  }
}

async function countRows(query: Knex.QueryBuilder): Promise<number> {
  const [{ count }] = await query.count({ count: '*' });
  return Number(count);
}
