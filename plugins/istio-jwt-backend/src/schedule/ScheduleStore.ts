/** An entity that one replica works on until its lease ends. */
export interface Claim {
  /** Digest of the entity ref. */
  entityKey: string;
  entityRef: string;
  round: number;
  dueAt: number;
  /** Owner of the lease: one id per claimed batch. */
  lease: string;
}

/** How an entity's part of a round ended. */
export type ClaimResult = 'done' | 'failed' | 'skipped';

export interface RoundProgress {
  round: number;
  startedAt: number;
  /** ms since the epoch; absent while the round goes on. */
  finishedAt?: number;
  /** Absent while the catalog is being listed. */
  entities?: number;
}

/**
 * Who is due when, over all replicas. A row is worked on by whoever holds its lease; where a
 * replica dies, its leases end and the others take over. Times are ms since the epoch.
 */
export interface ScheduleStore {
  /** @returns the new round, and how many entities of the one before were not done */
  beginRound(now: number): Promise<{ round: number; missed: number }>;
  enlist(
    round: number,
    entities: { entityRef: string; dueAt: number }[],
  ): Promise<void>;
  /** Forgets entities that the round does not have. */
  endListing(round: number): Promise<void>;
  /** Takes entities that are due and that nobody works on. */
  claim(now: number, leaseMs: number, limit: number): Promise<Claim[]>;
  renew(leases: string[], until: number): Promise<void>;
  /** @returns false where the lease was lost to another replica */
  finish(claim: Claim, result: ClaimResult, note?: string): Promise<boolean>;
  /** Gives an entity back, to be taken again from `dueAt` on. */
  postpone(claim: Claim, dueAt: number, note?: string): Promise<void>;
  /** Forgets an entity that is no more. */
  remove(claim: Claim): Promise<void>;
  /** @returns the round, where this call was the one that found it complete */
  endRound(now: number): Promise<RoundProgress | undefined>;
  getProgress(): Promise<RoundProgress | undefined>;
  /** Forgets rounds begun before `before`, except the newest. */
  deleteRounds(before: number): Promise<void>;
}
