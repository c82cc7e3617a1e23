import {
  DatabaseService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import { Observation, ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { createHash } from 'node:crypto';
import { NewProbeRun, ProbeRunStore } from './ProbeRunStore';

const migrationsDir = resolvePackagePath(
  'backstage-plugin-istio-jwt-backend',
  'migrations',
);

const RUNS = 'istio_jwt_probe_runs';
const OBSERVATIONS = 'istio_jwt_observations';

interface RunRow {
  id: string;
  entity_ref: string;
  running_key: string | null;
  status: ProbeRun['status'];
  /** PostgreSQL gives bigints as strings. */
  started_at: number | string;
  finished_at: number | string | null;
  heartbeat_at: number | string;
  total: number;
  started_by: string;
  error: string | null;
  targets: string;
}

interface ObservationRow {
  run_id: string;
  position: number;
  vector: string;
  result: Observation['result'];
  at: number | string;
  observation: string;
}

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
      })
      .onConflict('running_key')
      .ignore();
    return Boolean(
      await this.db<RunRow>(RUNS).where({ id: run.id }).first('id'),
    );
  }

  async addObservation(
    runId: string,
    position: number,
    observation: Observation,
  ): Promise<void> {
    await this.db<ObservationRow>(OBSERVATIONS).insert({
      run_id: runId,
      position,
      vector: observation.vector,
      result: observation.result,
      at: Date.parse(observation.at),
      observation: JSON.stringify(observation),
    });
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
    end: { status: 'done' | 'failed'; error?: string },
    now: number,
  ): Promise<void> {
    await this.db<RunRow>(RUNS)
      .where({ id: runId, status: 'running' })
      .update({
        status: end.status,
        error: end.error ?? null,
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

  async getLastRuns(
    entityRef: string,
  ): Promise<{ last?: ProbeRun; lastDone?: ProbeRun }> {
    const newest = this.db<RunRow>(RUNS)
      .where({ entity_ref: entityRef })
      .orderBy('started_at', 'desc');
    const last = await newest.clone().first();
    if (!last) {
      return {};
    }
    const lastDone =
      last.status === 'done'
        ? last
        : await newest.clone().where({ status: 'done' }).first();
    const lastRun = await this.readRun(last);
    return {
      last: lastRun,
      lastDone:
        lastDone &&
        (lastDone.id === last.id ? lastRun : await this.readRun(lastDone)),
    };
  }

  async failAbandonedRuns(before: number, now: number): Promise<number> {
    return this.db<RunRow>(RUNS)
      .where({ status: 'running' })
      .andWhere('heartbeat_at', '<', before)
      .update({
        status: 'failed',
        error: 'The backend stopped in the middle of the run. Run it again.',
        finished_at: now,
        running_key: null,
      });
  }

  async deleteRuns(before: number): Promise<number> {
    const old = this.db<RunRow>(RUNS)
      .whereNot({ status: 'running' })
      .andWhere('started_at', '<', before);
    // SQLite enforces foreign keys only where the connection asks for it.
    await this.db<ObservationRow>(OBSERVATIONS)
      .whereIn('run_id', old.clone().select('id'))
      .delete();
    return old.clone().delete();
  }

  private async readRun(row: RunRow): Promise<ProbeRun> {
    const observations = await this.db<ObservationRow>(OBSERVATIONS)
      .where({ run_id: row.id })
      .orderBy('position')
      .select('observation');
    return {
      id: row.id,
      entityRef: row.entity_ref,
      status: row.status,
      startedAt: formatTime(row.started_at),
      finishedAt:
        row.finished_at === null ? undefined : formatTime(row.finished_at),
      total: row.total,
      observations: observations.map(({ observation }) =>
        JSON.parse(observation),
      ),
      targets: JSON.parse(row.targets),
      error: row.error ?? undefined,
      startedBy: row.started_by,
    };
  }
}

function formatTime(ms: number | string): string {
  return new Date(Number(ms)).toISOString();
}

/** Entity refs can be longer than what every database indexes. */
function digestRef(entityRef: string): string {
  return createHash('sha256').update(entityRef).digest('hex');
}
