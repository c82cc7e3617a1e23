import {
  StateChangeCause,
  StateSubject,
} from 'backstage-plugin-istio-jwt-common';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { digestRef } from '../storage/digestRef';
import { EntityStates, SubjectState } from './StateHistoryStore';

/** What is kept of a subject. */
export interface KnownState {
  subjectKey: string;
  subject: StateSubject;
  state: ProtectionState | null;
  verdict: ProtectionState | null;
  /** Number of changes so far. */
  sequence: number;
  noticedState: ProtectionState | null;
}

/** A change to be kept. */
export interface RecordedChange {
  subjectKey: string;
  sequence: number;
  subject: StateSubject;
  from: ProtectionState | null;
  to: ProtectionState | null;
  verdict: ProtectionState | null;
  reason: string;
  cause: StateChangeCause;
  noticedState: ProtectionState | null;
}

const MAX_REASON_LENGTH = 500;

/** What differs between what is kept and what is so. */
export function compareStates(
  { entityRef, subjects, completeClusters }: EntityStates,
  known: KnownState[],
): RecordedChange[] {
  const left = new Map(known.map(each => [each.subjectKey, each]));
  const changes: RecordedChange[] = [];
  for (const current of subjects) {
    const subjectKey = keyOf(entityRef, current.subject);
    const before = left.get(subjectKey);
    left.delete(subjectKey);
    if (!before || before.state !== current.state) {
      changes.push(describeChange(subjectKey, current, before));
    }
  }
  const complete = new Set(completeClusters);
  for (const before of left.values()) {
    const { subject } = before;
    if (
      before.state !== null &&
      subject.level !== 'entity' &&
      complete.has(subject.cluster)
    ) {
      changes.push(describeEnd(before));
    }
  }
  return changes;
}

function describeChange(
  subjectKey: string,
  { subject, state, verdict, reason }: SubjectState,
  before: KnownState | undefined,
): RecordedChange {
  return {
    subjectKey,
    sequence: (before?.sequence ?? 0) + 1,
    subject,
    from: before?.state ?? null,
    to: state,
    verdict,
    reason: reason.slice(0, MAX_REASON_LENGTH),
    cause: chooseCause(verdict, before),
    noticedState: before?.noticedState ?? null,
  };
}

function chooseCause(
  verdict: ProtectionState,
  before: KnownState | undefined,
): StateChangeCause {
  if (!before) {
    return 'first-seen';
  }
  return before.verdict === verdict ? 'observation' : 'configuration';
}

function describeEnd({
  subjectKey,
  subject,
  state,
  sequence,
  noticedState,
}: KnownState): RecordedChange {
  return {
    subjectKey,
    sequence: sequence + 1,
    subject,
    from: state,
    to: null,
    verdict: null,
    reason:
      subject.level === 'service'
        ? 'The entity no longer means this service.'
        : 'This way in no longer exists.',
    cause: 'configuration',
    noticedState,
  };
}

function keyOf(entityRef: string, subject: StateSubject): string {
  return digestRef(
    JSON.stringify(
      subject.level === 'entity'
        ? [entityRef]
        : [
            entityRef,
            subject.cluster,
            subject.namespace,
            'service' in subject ? subject.service : subject.name,
            ...(subject.level === 'way-in' ? [subject.wayInId] : []),
          ],
    ),
  );
}
