import { InputError } from '@backstage/errors';
import { CoverageSort } from 'backstage-plugin-istio-jwt-common';
import { CoverageRow } from '../rows';

/** Where a page ends: pages go on after a value, so that rows which come or go shift none. */
export interface PagePosition {
  value: string | number;
  rowKey: string;
}

interface SortColumn {
  column: keyof CoverageRow & string;
  type: 'string' | 'number';
}

export const SORT_COLUMNS: Record<CoverageSort, SortColumn> = {
  title: { column: 'sort_title', type: 'string' },
  state: { column: 'state_rank', type: 'number' },
  owner: { column: 'owner', type: 'string' },
  system: { column: 'system', type: 'string' },
  namespace: { column: 'namespace', type: 'string' },
  cluster: { column: 'cluster', type: 'string' },
  findings: { column: 'finding_weight', type: 'number' },
  lastProbe: { column: 'last_probe_at', type: 'number' },
};

/** A cursor is good for the order that it was made for. */
export function encodePosition(order: string, row: CoverageRow): string {
  const { column, type } = SORT_COLUMNS[order.split(' ')[0] as CoverageSort];
  const value = type === 'number' ? Number(row[column]) : row[column];
  return Buffer.from(JSON.stringify([order, value, row.row_key])).toString(
    'base64url',
  );
}

/** @throws InputError for anything that {@link encodePosition} did not make for this order */
export function decodePosition(order: string, cursor: string): PagePosition {
  const { type } = SORT_COLUMNS[order.split(' ')[0] as CoverageSort];
  try {
    const [madeFor, value, rowKey] = JSON.parse(
      Buffer.from(cursor, 'base64url').toString('utf8'),
    );
    if (
      madeFor === order &&
      typeof value === type &&
      (type === 'string' || Number.isSafeInteger(value)) &&
      /^[0-9a-f]{32}$/.test(rowKey) &&
      !String(value).includes('\0')
    ) {
      return { value, rowKey };
    }
  } catch {
    // Told below.
  }
  throw new InputError('The cursor is none that this API gave for this order.');
}
