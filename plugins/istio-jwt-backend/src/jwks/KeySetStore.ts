import { KeySetFailure } from 'backstage-plugin-istio-jwt-common';
import { TokenHeader } from '../probes/tokenSources';
import { CheckResult } from './checkKeySource';

/** A set that was read. Times are ms since the epoch. */
export type ReadSet = Omit<Extract<CheckResult, { kind: 'read' }>, 'kind'> & {
  at: number;
};

/** Everything that is remembered of a key source. */
export interface KeySetRecord {
  checkedAt: number;
  /** Since when the outcome is of its kind without a break. */
  since: number;
  outcome:
    | { kind: 'read' }
    | { kind: 'failed'; failure: KeySetFailure }
    | { kind: 'undecidable'; reason: string; fix: string };
  /** The set that was read last, however long ago. */
  lastRead?: ReadSet;
  /** When a set was read for the first time. */
  watchedSince?: number;
  rotatedAt?: number;
  /** Failures in a row. */
  failures: number;
  tokens: TokenHeader[];
}

/** Where checks are remembered, over restarts and for all replicas. */
export interface KeySetStore {
  /** Makes sources known. Those that are known stay as they are. */
  add(sources: { id: string; uri: string }[]): Promise<void>;
  /** When the sources were checked last and are to be next; what is not known is left out. */
  listTimes(
    ids: string[],
  ): Promise<{ id: string; checkedAt: number; nextAt: number }[]>;
  getRecords(ids: string[]): Promise<Map<string, KeySetRecord>>;
  /**
   * Takes over the check of a source that is due.
   *
   * @returns false where it is not due, or another replica has it
   */
  claim(id: string, now: number, until: number): Promise<boolean>;
  /** Keeps the outcome of a check, and ends the claim. */
  save(id: string, record: KeySetRecord, nextAt: number): Promise<void>;
  /** Brings a check forward. */
  hasten(id: string, nextAt: number): Promise<void>;
  /** Forgets sources that were not checked since. */
  deleteBefore(checkedBefore: number): Promise<number>;
}
