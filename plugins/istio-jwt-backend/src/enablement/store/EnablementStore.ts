import { EnablementPhase, Page } from 'backstage-plugin-istio-jwt-common';
import { Operation } from '../operation';
import { PlanStore } from './PlanStore';

/** An operation with what stands beside it in its row. */
export interface StoredOperation {
  operation: Operation;
  cancelRequested: boolean;
}

export type CreateResult =
  | { kind: 'created' }
  | { kind: 'exists' }
  /** `by`: id of the operation that holds it. */
  | { kind: 'locked'; name: string; by: string }
  | { kind: 'quota'; quota: 'perEntityPerDay' | 'running' };

/** An operation that nobody else drives until the lease ends. */
export interface Claimed extends StoredOperation {
  lease: string;
}

/** Plans and operations. All times are ms since the epoch. */
export interface EnablementStore {
  readonly plans: PlanStore;

  /** Puts an operation into the database with its locks, or nothing at all. */
  create(
    operation: Operation,
    options: {
      locks: string[];
      quotas: { perEntityPerDay: number; running: number };
      now: number;
    },
  ): Promise<CreateResult>;
  get(id: string): Promise<StoredOperation | undefined>;
  list(
    entityRef: string,
    page: { limit: number; cursor?: string },
  ): Promise<Page<StoredOperation>>;
  /** Operations of an entity that are done, newest first. */
  listDone(entityRef: string, limit: number): Promise<Operation[]>;
  /** Entities of operations that are done, in order. */
  listDoneEntities(after: string, limit: number): Promise<string[]>;
  /** The operation of an entity that is not over. Proposals keep nothing from starting. */
  findRunning(
    entityRef: string,
  ): Promise<{ id: string; phase: EnablementPhase } | undefined>;

  claim(now: number, leaseMs: number): Promise<Claimed | undefined>;
  /** @returns whether the lease still holds, and whether somebody wants the operation to stop */
  renew(
    id: string,
    lease: string,
    until: number,
  ): Promise<{ held: boolean; cancelRequested: boolean }>;
  /** Frees the locks of an operation that is over. @returns false where the lease was lost */
  save(operation: Operation, lease: string): Promise<boolean>;
  release(id: string, lease: string): Promise<void>;

  /** @returns whether it was going on */
  requestCancel(id: string): Promise<boolean>;
  /**
   * Changes an operation that no driver touches: one that waits for somebody, or failed.
   *
   * @returns what stands in the way, if anything does
   */
  moveOn(
    operation: Operation,
    expected: EnablementPhase,
    locks: string[],
  ): Promise<
    | { kind: 'moved' }
    | { kind: 'changed' }
    | { kind: 'locked'; name: string; by: string }
  >;
  /** Operations that wait for an approval since before a time. */
  listWaiting(before: number, limit: number): Promise<Operation[]>;
  /** Operations that somebody has to decide about, those held for longest first. */
  listHeld(limit: number): Promise<StoredOperation[]>;
  /**
   * Operations that wait for somebody else to write them, by id. Of one entity: newest first.
   *
   * @param after - id of the last one known
   */
  listProposed(page: {
    entityRef?: string;
    after?: string;
    limit: number;
  }): Promise<Operation[]>;
  /** Deletes what ended without effect before a time. What is done is kept: to disable it, it has to be known. */
  deleteBefore(before: number): Promise<number>;
}
