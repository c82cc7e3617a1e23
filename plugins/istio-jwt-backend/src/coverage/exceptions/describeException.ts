import {
  CoverageException,
  CoverageExceptionState,
} from 'backstage-plugin-istio-jwt-common';

/** PostgreSQL gives bigints as strings, SQLite booleans as numbers. */
export interface ExceptionRow {
  id: string;
  service_key: string;
  entity_key: string;
  entity_ref: string | null;
  cluster: string;
  namespace: string;
  name: string;
  way_in: string | null;
  path: string | null;
  finding: string | null;
  whole: boolean | number;
  reason: string;
  requested_by: string;
  /** Who wrote the reason, or set a later end, last. null: who asked. */
  worded_by: string | null;
  approved_by: string | null;
  created_at: number | string;
  expires_at: number | string;
  revoked_at: number | string | null;
  revision: number;
  notice_level: number;
  notice_lease_until: number | string | null;
}

export function stateOf(
  row: ExceptionRow,
  now: number,
): CoverageExceptionState {
  if (row.revoked_at !== null) {
    return 'revoked';
  }
  if (Number(row.expires_at) <= now) {
    return 'expired';
  }
  return row.approved_by === null ? 'requested' : 'active';
}

/** An exception as it is shown. */
export function describeException(
  row: ExceptionRow,
  now: number,
  allowed: Pick<CoverageException, 'canChange' | 'canApprove'>,
): CoverageException {
  const state = stateOf(row, now);
  const isOver = state === 'revoked' || state === 'expired';
  return {
    id: row.id,
    scope: {
      cluster: row.cluster,
      namespace: row.namespace,
      name: row.name,
      ...(row.way_in === null ? {} : { wayIn: row.way_in }),
      ...(row.path === null ? {} : { path: row.path }),
      ...(row.finding === null ? {} : { finding: row.finding }),
    },
    ...(row.entity_ref === null ? {} : { entityRef: row.entity_ref }),
    reason: row.reason,
    requestedBy: row.requested_by,
    ...(row.approved_by === null ? {} : { approvedBy: row.approved_by }),
    state,
    createdAt: toIso(row.created_at),
    expiresAt: toIso(row.expires_at),
    revision: row.revision,
    canChange: allowed.canChange && !isOver,
    canApprove: allowed.canApprove && state === 'requested',
  };
}

export function toIso(at: number | string): string {
  return new Date(Number(at)).toISOString();
}
