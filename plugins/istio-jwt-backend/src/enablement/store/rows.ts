import { EnablementPhase } from 'backstage-plugin-istio-jwt-common';
import { Operation } from '../operation';
import { StoredOperation } from './EnablementStore';

export const PLANS = 'istio_jwt_enablement_plans';
export const OPERATIONS = 'istio_jwt_enablements';
export const LOCKS = 'istio_jwt_enablement_locks';

export interface PlanRow {
  id: string;
  entity_key: string;
  caller_key: string;
  created_at: number | string;
  expires_at: number | string;
  plan: string;
}

export interface OperationRow {
  id: string;
  entity_key: string;
  entity_ref: string;
  phase: EnablementPhase;
  /** SQLite gives 0 and 1. */
  cancel_requested: boolean | number;
  /** PostgreSQL gives bigints as strings. */
  created_at: number | string;
  updated_at: number | string;
  finished_at: number | string | null;
  lease_owner: string | null;
  lease_until: number | string | null;
  operation: string;
}

export interface LockRow {
  lock_key: string;
  name: string;
  enablement_id: string;
}

export function readOperation(row: OperationRow): StoredOperation {
  return {
    operation: JSON.parse(row.operation),
    cancelRequested: Boolean(row.cancel_requested),
  };
}

/** The columns that follow from an operation. */
export function writeOperation(
  operation: Operation,
): Pick<OperationRow, 'phase' | 'updated_at' | 'finished_at' | 'operation'> {
  return {
    phase: operation.phase,
    updated_at: operation.updatedAt,
    finished_at: operation.finishedAt ?? null,
    operation: JSON.stringify(operation),
  };
}
