import { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { digestRef } from '../storage/digestRef';
import {
  Claim,
  ClaimResult,
  RoundProgress,
  ScheduleStore,
} from './ScheduleStore';

const ROUNDS = 'istio_jwt_schedule_rounds';
const ENTITIES = 'istio_jwt_schedule_entities';
/** SQLite takes no more than some thousand values in one statement. */
const CHUNK = 100;
const MAX_CLAIM_TRIES = 3;

interface RoundRow {
  id: number;
  /** PostgreSQL gives bigints as strings. */
  started_at: number | string;
  finished_at: number | string | null;
  entities: number | null;
  missed: number | null;
}

interface EntityRow {
  entity_key: string;
  entity_ref: string;
  round: number;
  done_round: number;
  next_due_at: number | string;
  lease_owner: string | null;
  lease_until: number | string | null;
  last_result: ClaimResult | null;
  last_note: string | null;
}

/** The schedule in the plugin's database, SQLite or PostgreSQL. */
export class DatabaseScheduleStore implements ScheduleStore {
  constructor(private readonly db: Knex) {}

  async beginRound(now: number): Promise<{ round: number; missed: number }> {
    const newest = await this.findNewest();
    const missed = newest ? await this.countOpen(newest.id) : 0;
    if (newest) {
      await this.db<RoundRow>(ROUNDS)
        .where({ id: newest.id })
        .update({ missed, finished_at: newest.finished_at ?? now });
    }
    const round = (newest?.id ?? 0) + 1;
    // Fails where another replica began the same round: one of them is enough.
    await this.db<RoundRow>(ROUNDS).insert({
      id: round,
      started_at: now,
      finished_at: null,
      entities: null,
      missed: null,
    });
    return { round, missed };
  }

  async enlist(
    round: number,
    entities: { entityRef: string; dueAt: number }[],
  ): Promise<void> {
    for (let start = 0; start < entities.length; start += CHUNK) {
      await this.db<EntityRow>(ENTITIES)
        .insert(
          entities.slice(start, start + CHUNK).map(({ entityRef, dueAt }) => ({
            entity_key: digestRef(entityRef),
            entity_ref: entityRef,
            round,
            done_round: 0,
            next_due_at: dueAt,
          })),
        )
        .onConflict('entity_key')
        .merge(['round', 'next_due_at']);
    }
  }

  async endListing(round: number): Promise<void> {
    await this.db<EntityRow>(ENTITIES).where('round', '<', round).delete();
    const [{ count }] = await this.db<EntityRow>(ENTITIES)
      .where({ round })
      .count({ count: '*' });
    await this.db<RoundRow>(ROUNDS)
      .where({ id: round })
      .update({ entities: Number(count) });
  }

  async claim(now: number, leaseMs: number, limit: number): Promise<Claim[]> {
    for (let tries = 0; tries < MAX_CLAIM_TRIES; tries++) {
      const keys = await this.selectFree(now)
        .andWhere('next_due_at', '<=', now)
        .orderBy('next_due_at')
        .limit(limit)
        .pluck('entity_key');
      if (keys.length === 0) {
        return [];
      }
      const lease = randomUUID();
      // Of two replicas that chose the same rows, the second finds them taken.
      const taken = await this.selectFree(now)
        .whereIn('entity_key', keys)
        .update({ lease_owner: lease, lease_until: now + leaseMs });
      if (taken > 0) {
        const rows = await this.db<EntityRow>(ENTITIES).where({
          lease_owner: lease,
        });
        return rows.map(row => ({
          entityKey: row.entity_key,
          entityRef: row.entity_ref,
          round: row.round,
          dueAt: Number(row.next_due_at),
          lease,
        }));
      }
    }
    return [];
  }

  async renew(leases: string[], until: number): Promise<void> {
    await this.db<EntityRow>(ENTITIES)
      .whereIn('lease_owner', leases)
      .update({ lease_until: until });
  }

  async finish(
    claim: Claim,
    result: ClaimResult,
    note?: string,
  ): Promise<boolean> {
    const finished = await this.selectOwn(claim).update({
      done_round: claim.round,
      lease_owner: null,
      lease_until: null,
      last_result: result,
      last_note: note ?? null,
    });
    return finished === 1;
  }

  async postpone(claim: Claim, dueAt: number, note?: string): Promise<void> {
    await this.selectOwn(claim).update({
      next_due_at: dueAt,
      lease_owner: null,
      lease_until: null,
      last_note: note ?? null,
    });
  }

  async remove(claim: Claim): Promise<void> {
    await this.selectOwn(claim).delete();
  }

  async endRound(now: number): Promise<RoundProgress | undefined> {
    const newest = await this.findNewest();
    if (
      !newest ||
      newest.entities === null ||
      newest.finished_at !== null ||
      (await this.countOpen(newest.id)) > 0
    ) {
      return undefined;
    }
    const ended = await this.db<RoundRow>(ROUNDS)
      .where({ id: newest.id })
      .whereNull('finished_at')
      .update({ finished_at: now });
    return ended === 1
      ? describeRound({ ...newest, finished_at: now })
      : undefined;
  }

  async getProgress(): Promise<RoundProgress | undefined> {
    const newest = await this.findNewest();
    return newest && describeRound(newest);
  }

  async deleteRounds(before: number): Promise<void> {
    const newest = await this.findNewest();
    await this.db<RoundRow>(ROUNDS)
      .where('started_at', '<', before)
      .andWhere('id', '<', newest?.id ?? 0)
      .delete();
  }

  private async findNewest(): Promise<RoundRow | undefined> {
    return this.db<RoundRow>(ROUNDS).orderBy('id', 'desc').first();
  }

  private async countOpen(round: number): Promise<number> {
    const [{ count }] = await this.db<EntityRow>(ENTITIES)
      .where({ round })
      .andWhere('done_round', '<', round)
      .count({ count: '*' });
    return Number(count);
  }

  private selectFree(now: number) {
    return this.db<EntityRow>(ENTITIES)
      .where('done_round', '<', this.db.ref('round') as any)
      .andWhere(free =>
        free.whereNull('lease_until').orWhere('lease_until', '<', now),
      );
  }

  private selectOwn({ entityKey, lease }: Claim) {
    return this.db<EntityRow>(ENTITIES).where({
      entity_key: entityKey,
      lease_owner: lease,
    });
  }
}

function describeRound(row: RoundRow): RoundProgress {
  return {
    round: row.id,
    startedAt: Number(row.started_at),
    finishedAt: row.finished_at === null ? undefined : Number(row.finished_at),
    entities: row.entities ?? undefined,
  };
}
