import {
  Page,
  StateChange,
  StateSubject,
} from 'backstage-plugin-istio-jwt-common';
import { ProtectionState } from 'istio-jwt-policy-engine';

/** What is to be recorded of one subject. */
export interface SubjectState {
  subject: StateSubject;
  state: ProtectionState;
  /** The state before any observation; of way ins only, the others take it over. */
  verdict: ProtectionState;
  reason: string;
}

/** Everything that is known of an entity at one moment. */
export interface EntityStates {
  entityRef: string;
  subjects: SubjectState[];
  /** Clusters of which all is known: what is not among `subjects` there is gone. */
  completeClusters: string[];
}

/** An owner to be told, claimed by one replica until `lease`. */
export interface DueNotice {
  subjectKey: string;
  entityRef: string;
  /** What the owner knows. */
  from: ProtectionState | null;
  to: ProtectionState;
  reason: string;
  lease: number;
}

/** Where states and their changes are kept. Times are ms since the epoch. */
export interface StateHistoryStore {
  /**
   * Keeps what differs from what is kept.
   *
   * @param noticeHoldMs - how long a change has to hold until its owner is told
   * @returns the changes that this call, and no other replica's, recorded
   */
  record(
    states: EntityStates,
    now: number,
    noticeHoldMs: number,
  ): Promise<StateChange[]>;
  list(
    entityRef: string,
    page: { limit: number; cursor?: string },
  ): Promise<Page<StateChange>>;
  /** Claims entities whose owners are due to be told. */
  claimNotices(
    now: number,
    leaseMs: number,
    limit: number,
  ): Promise<DueNotice[]>;
  /** The owner knows, or need not know. A change meanwhile stays due. */
  settleNotice(notice: DueNotice): Promise<void>;
  /** Deletes changes before `before`, and subjects that nobody looked at since. */
  deleteBefore(before: number): Promise<number>;
}
