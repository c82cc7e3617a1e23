import { CoverageService } from 'backstage-plugin-istio-jwt-common';
import { CoverageDetail, CoverageRow } from '../rows';

export interface ExceptionNote {
  id: string;
  service_key: string;
  whole: boolean | number;
  approved_by: string | null;
  expires_at: number | string;
}

/** A row as it is shown. */
export function describeService(
  row: CoverageRow,
  exception: CoverageService['exception'],
): CoverageService {
  const { claim, ...detail }: CoverageDetail = JSON.parse(row.detail);
  const lastProbeAt = Number(row.last_probe_at);
  return {
    id: row.row_key,
    ...(row.entity_ref ? { entityRef: row.entity_ref } : {}),
    title: row.title,
    ...(row.owner ? { owner: row.owner } : {}),
    ...(row.system ? { system: row.system } : {}),
    ...(row.domain ? { domain: row.domain } : {}),
    cluster: row.cluster,
    sandbox: Boolean(row.sandbox),
    namespace: row.namespace,
    name: row.name,
    state: row.state,
    reason: row.reason,
    ...detail,
    findings: { error: row.errors, warning: row.warnings, info: row.infos },
    ...(lastProbeAt > 0
      ? { lastProbeAt: new Date(lastProbeAt).toISOString() }
      : {}),
    ...(exception ? { exception } : {}),
    ...(row.stale_since === null
      ? {}
      : {
          stale: {
            since: new Date(Number(row.stale_since)).toISOString(),
            reason: row.stale_reason ?? '',
          },
        }),
    ...(claim ? { claim: { annotations: claim } } : {}),
  };
}

/** The exception that counts most, by Service. */
export function noteExceptions(
  rows: ExceptionNote[],
): Map<string, CoverageService['exception']> {
  const sorted = [...rows].sort((a, b) => weigh(b) - weigh(a));
  const notes = new Map<string, CoverageService['exception']>();
  for (const row of sorted) {
    if (!notes.has(row.service_key)) {
      notes.set(row.service_key, {
        id: row.id,
        state: row.approved_by === null ? 'requested' : 'active',
        covers: row.whole ? 'service' : 'part',
        expiresAt: new Date(Number(row.expires_at)).toISOString(),
      });
    }
  }
  return notes;
}

function weigh({ approved_by, whole }: ExceptionNote): number {
  return (approved_by === null ? 0 : 2) + (whole ? 1 : 0);
}
