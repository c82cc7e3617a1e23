import { Knex } from 'knex';
import { digestRef } from '../../storage/digestRef';
import { PlanStore, StoredPlan } from './PlanStore';
import { PlanRow, PLANS } from './rows';

const MAX_PLANS_PER_CALLER = 20;

/** Plans in the plugin's database, SQLite or PostgreSQL. */
export class DatabasePlanStore implements PlanStore {
  constructor(private readonly db: Knex) {}

  async save(plan: StoredPlan, now: number): Promise<void> {
    const callerKey = digestRef(plan.caller);
    await this.db<PlanRow>(PLANS).where('expires_at', '<', now).delete();
    await this.db<PlanRow>(PLANS).insert({
      id: plan.id,
      entity_key: digestRef(plan.entityRef),
      caller_key: callerKey,
      created_at: plan.createdAt,
      expires_at: plan.expiresAt,
      plan: JSON.stringify(plan),
    });
    const surplus = await this.db<PlanRow>(PLANS)
      .where({ caller_key: callerKey })
      .orderBy('created_at', 'desc')
      .offset(MAX_PLANS_PER_CALLER)
      .limit(MAX_PLANS_PER_CALLER)
      .pluck('id');
    await this.db<PlanRow>(PLANS).whereIn('id', surplus).delete();
  }

  async get(id: string): Promise<StoredPlan | undefined> {
    const row = await this.db<PlanRow>(PLANS).where({ id }).first();
    return row && JSON.parse(row.plan);
  }

  async delete(id: string): Promise<void> {
    await this.db<PlanRow>(PLANS).where({ id }).delete();
  }
}
