import {
  DatabaseService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import {
  Observation,
  Page,
  ProbeRun,
  ProbeRunSummary,
  STARTED_BY_SCHEDULE,
} from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { digestRef } from './digestRef';
import { listRunSummaries } from './listRunSummaries';
import { LastRuns, NewProbeRun, ProbeRunStore } from './ProbeRunStore';
import {
  describeRun,
  ObservationRow,
  OBSERVATIONS,
  RunRow,
  RUNS,
} from './runRows';

const migrationsDir = resolvePackagePath(
  'backstage-plugin-istio-jwt-backend',
  'migrations',
);

/** SQLite takes no more than some thousand values in one statement. */
const CHUNK = 100;

/** Probe runs in the plugin's database, SQLite or PostgreSQL. */
export class DatabaseProbeRunStore implements ProbeRunStore {
  static async create(options: {
    database: DatabaseService;
  }): Promise<DatabaseProbeRunStore> {
    const { database } = options;
    const client = await database.getClient();
    if (!database.migrations?.skip) {
      await client.migrate.latest({ directory: migrationsDir });
    }
    return new DatabaseProbeRunStore(client);
  }

  private constructor(private readonly db: Knex) {}

  async startRun(run: NewProbeRun, now: number): Promise<boolean> {
    // The unique key decides between replicas; `ignore` keeps PostgreSQL from failing a transaction.
    await this.db<RunRow>(RUNS)
      .insert({
        id: run.id,
        entity_ref: run.entityRef,
        running_key: digestRef(run.entityRef),
        status: 'running',
        started_at: now,
        finished_at: null,
        heartbeat_at: now,
        total: run.total,
        started_by: run.startedBy,
        error: null,
        targets: JSON.stringify(run.targets),
        vectors: run.vectors ?? 'all',
        notes: null,
      })
      .onConflict('running_key')
      .ignore();
    return Boolean(
      await this.db<RunRow>(RUNS).where({ id: run.id }).first('id'),
    );
  }

  async addObservations(
    runId: string,
    observations: { position: number; observation: Observation }[],
  ): Promise<void> {
    for (let start = 0; start < observations.length; start += CHUNK) {
      await this.db<ObservationRow>(OBSERVATIONS).insert(
        observations
          .slice(start, start + CHUNK)
          .map(({ position, observation }) => ({
            run_id: runId,
            position,
            vector: observation.vector,
            result: observation.result,
            at: Date.parse(observation.at),
            observation: JSON.stringify(observation),
          })),
      );
    }
  }

  async setTargets(runId: string, targets: ProbeRun['targets']): Promise<void> {
    await this.db<RunRow>(RUNS)
      .where({ id: runId })
      .update({ targets: JSON.stringify(targets) });
  }

  async beat(runId: string, now: number): Promise<void> {
    await this.db<RunRow>(RUNS)
      .where({ id: runId, status: 'running' })
      .update({ heartbeat_at: now });
  }

  async finishRun(
    runId: string,
    end: { status: 'done' | 'failed'; error?: string; notes?: string[] },
    now: number,
  ): Promise<void> {
    await this.db<RunRow>(RUNS)
      .where({ id: runId, status: 'running' })
      .update({
        status: end.status,
        error: end.error ?? null,
        notes: end.notes?.length ? JSON.stringify(end.notes) : null,
        finished_at: now,
        running_key: null,
      });
  }

  async getRun(
    entityRef: string,
    runId: string,
  ): Promise<ProbeRun | undefined> {
    const row = await this.db<RunRow>(RUNS)
      .where({ id: runId, entity_ref: entityRef })
      .first();
    return row && this.readRun(row);
  }

  async getLastRuns(entityRef: string): Promise<LastRuns> {
    const newest = this.db<RunRow>(RUNS)
      .where({ entity_ref: entityRef })
      .orderBy('started_at', 'desc');
    const last = await newest.clone().first();
    if (!last) {
      return {};
    }
    const done = newest.clone().where({ status: 'done' });
    const lastDone = last.status === 'done' ? last : await done.clone().first();
    const lastFull =
      lastDone?.vectors === 'essential'
        ? await done.clone().where({ vectors: 'all' }).first()
        : undefined;
    const lastRun = await this.readRun(last);
    return {
      last: lastRun,
      lastDone:
        lastDone &&
        (lastDone.id === last.id ? lastRun : await this.readRun(lastDone)),
      ...(lastFull ? { lastFull: await this.readRun(lastFull) } : {}),
    };
  }

  async listRuns(
    entityRef: string,
    page: { limit: number; cursor?: string },
  ): Promise<Page<ProbeRunSummary>> {
    return listRunSummaries(this.db, entityRef, page);
  }

  async failAbandonedRuns(before: number, now: number): Promise<number> {
    return (
      this.db<RunRow>(RUNS)
        // Only runs that go on have the key, and it is indexed.
        .whereNotNull('running_key')
        .andWhere('heartbeat_at', '<', before)
        .update({
          status: 'failed',
          error: 'The backend stopped in the middle of the run. Run it again.',
          finished_at: now,
          running_key: null,
        })
    );
  }

  async deleteRuns(before: number): Promise<number> {
    const old = this.db<RunRow>(RUNS)
      .whereNot({ status: 'running' })
      .andWhere('started_at', '<', before);
    return this.deleteWithObservations(old);
  }

  async deleteQuietRounds(before: number): Promise<number> {
    const newest = this.db<RunRow>(RUNS)
      .groupBy('entity_ref')
      .max('started_at');
    const disagreeing = this.db<ObservationRow>(OBSERVATIONS)
      .where({ result: 'disagrees' })
      .select('run_id');
    return this.deleteWithObservations(
      this.db<RunRow>(RUNS)
        .where({ started_by: STARTED_BY_SCHEDULE, status: 'done' })
        .andWhere('started_at', '<', before)
        .whereNotIn('started_at', newest)
        .whereNotIn('id', disagreeing),
    );
  }

  /** SQLite enforces foreign keys only where the connection asks for it. */
  private async deleteWithObservations(
    runs: Knex.QueryBuilder<RunRow>,
  ): Promise<number> {
    const ids: string[] = await runs.pluck('id');
    for (let start = 0; start < ids.length; start += CHUNK) {
      const chunk = ids.slice(start, start + CHUNK);
      await this.db<ObservationRow>(OBSERVATIONS)
        .whereIn('run_id', chunk)
        .delete();
      await this.db<RunRow>(RUNS).whereIn('id', chunk).delete();
    }
    return ids.length;
  }

  private async readRun(row: RunRow): Promise<ProbeRun> {
    const observations = await this.db<ObservationRow>(OBSERVATIONS)
      .where({ run_id: row.id })
      .orderBy('position')
      .select('observation');
    return {
      ...describeRun(row),
      observations: observations.map(({ observation }) =>
        JSON.parse(observation),
      ),
      targets: JSON.parse(row.targets),
    };
  }
}
