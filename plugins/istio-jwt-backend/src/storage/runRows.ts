import { Observation, ProbeRun } from 'backstage-plugin-istio-jwt-common';

export const RUNS = 'istio_jwt_probe_runs';
export const OBSERVATIONS = 'istio_jwt_observations';

export interface RunRow {
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
  vectors: 'all' | 'essential';
  notes: string | null;
}

export interface ObservationRow {
  run_id: string;
  position: number;
  vector: string;
  result: Observation['result'];
  at: number | string;
  observation: string;
}

/** A row without what it points to. */
export function describeRun(
  row: RunRow,
): Omit<ProbeRun, 'observations' | 'targets'> {
  return {
    id: row.id,
    entityRef: row.entity_ref,
    status: row.status,
    startedAt: formatTime(row.started_at),
    finishedAt:
      row.finished_at === null ? undefined : formatTime(row.finished_at),
    total: row.total,
    error: row.error ?? undefined,
    startedBy: row.started_by,
    ...(row.vectors === 'essential' ? { vectors: row.vectors } : {}),
    ...(row.notes ? { notes: JSON.parse(row.notes) } : {}),
  };
}

function formatTime(ms: number | string): string {
  return new Date(Number(ms)).toISOString();
}
