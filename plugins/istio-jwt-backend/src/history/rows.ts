import {
  StateChange,
  StateChangeCause,
  StateSubject,
} from 'backstage-plugin-istio-jwt-common';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { KnownState, RecordedChange } from './compareStates';

export const STATES = 'istio_jwt_states';
export const HISTORY = 'istio_jwt_state_history';

export interface StateRow {
  subject_key: string;
  entity_key: string;
  entity_ref: string;
  level: StateSubject['level'];
  subject: string;
  state: ProtectionState | null;
  verdict: ProtectionState | null;
  sequence: number;
  /** PostgreSQL gives bigints as strings. */
  since: number | string;
  checked_at: number | string;
  noticed_state: ProtectionState | null;
  notice_due_at: number | string | null;
}

export interface HistoryRow {
  subject_key: string;
  sequence: number;
  entity_key: string;
  entity_ref: string;
  level: StateSubject['level'];
  cluster: string | null;
  namespace: string | null;
  service: string | null;
  way_in: string | null;
  from_state: ProtectionState | null;
  to_state: ProtectionState | null;
  reason: string;
  cause: StateChangeCause;
  at: number | string;
}

export function readKnown(row: StateRow): KnownState {
  return {
    subjectKey: row.subject_key,
    subject: JSON.parse(row.subject),
    state: row.state,
    verdict: row.verdict,
    sequence: row.sequence,
    noticedState: row.noticed_state,
  };
}

export function toHistoryRow(
  { subjectKey, sequence, subject, from, to, reason, cause }: RecordedChange,
  entityRef: string,
  entityKey: string,
  now: number,
): HistoryRow {
  return {
    subject_key: subjectKey,
    sequence,
    entity_key: entityKey,
    entity_ref: entityRef,
    level: subject.level,
    cluster: subject.level === 'entity' ? null : subject.cluster,
    namespace: subject.level === 'entity' ? null : subject.namespace,
    service: 'service' in subject ? subject.service : null,
    way_in: subject.level === 'way-in' ? subject.wayInId : null,
    from_state: from,
    to_state: to,
    reason,
    cause,
    at: now,
  };
}

export function toStateRow(
  change: RecordedChange,
  entityRef: string,
  entityKey: string,
  now: number,
  noticeHoldMs: number,
): StateRow {
  const { subjectKey, sequence, subject, to, verdict, cause } = change;
  // Nobody is told about what was so all along.
  const noticed = cause === 'first-seen' ? to : change.noticedState;
  return {
    subject_key: subjectKey,
    entity_key: entityKey,
    entity_ref: entityRef,
    level: subject.level,
    subject: JSON.stringify(subject),
    state: to,
    verdict,
    sequence,
    since: now,
    checked_at: now,
    noticed_state: noticed,
    notice_due_at:
      subject.level === 'entity' && to !== noticed ? now + noticeHoldMs : null,
  };
}

export function toStateChange(
  { subject, from, to, reason, cause }: RecordedChange,
  entityRef: string,
  now: number,
): StateChange {
  const at = new Date(now).toISOString();
  return { entityRef, subject, from, to, reason, cause, at };
}

export function readChange(row: HistoryRow): StateChange {
  return {
    entityRef: row.entity_ref,
    subject: readSubject(row),
    from: row.from_state,
    to: row.to_state,
    reason: row.reason,
    cause: row.cause,
    at: new Date(Number(row.at)).toISOString(),
  };
}

function readSubject(row: HistoryRow): StateSubject {
  if (row.level === 'entity') {
    return { level: 'entity' };
  }
  const service = {
    cluster: row.cluster ?? '',
    namespace: row.namespace ?? '',
    service: row.service ?? '',
  };
  if (row.level === 'policy') {
    const { cluster, namespace } = service;
    return {
      level: 'policy',
      cluster,
      namespace,
      kind: row.service ?? '',
      name: row.way_in ?? '',
    };
  }
  return row.level === 'service'
    ? { level: 'service', ...service }
    : { level: 'way-in', ...service, wayInId: row.way_in ?? '' };
}
