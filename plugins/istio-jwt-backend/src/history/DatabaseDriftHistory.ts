import { Knex } from 'knex';
import { digestRef } from '../storage/digestRef';
import { HISTORY, STATES } from './rows';

/** How an object stands that an operation wrote; null: as written. */
export type DriftState = 'edited' | 'deleted' | 'extra';

/** One object that is not as an operation left it. */
export interface PolicyDrift {
  cluster: string;
  kind: string;
  namespace: string;
  name: string;
  state: DriftState;
  /** One sentence. */
  reason: string;
}

interface Known {
  subject_key: string;
  subject: string;
  state: DriftState | null;
  sequence: number;
  noticed_state: string | null;
}

interface Change {
  key: string;
  subject: Omit<PolicyDrift, 'state' | 'reason'>;
  state: DriftState | null;
  reason: string;
  sequence: number;
  noticed: string | null;
}

/**
 * Keeps changes of what operations wrote beside changes of state, in the same tables: one history,
 * one way to tell owners.
 */
export class DatabaseDriftHistory {
  constructor(private readonly db: Knex) {}

  /**
   * Keeps what differs from what is kept of an entity.
   *
   * @param drifts - all that there is now
   * @param noticeHoldMs - how long it has to hold until the owner is told, once for all of them
   * @returns how many changes this call, and no other replica's, recorded
   */
  async record(
    entityRef: string,
    drifts: readonly PolicyDrift[],
    now: number,
    noticeHoldMs: number,
  ): Promise<number> {
    const entityKey = digestRef(entityRef);
    const known: Known[] = await this.db(STATES).where({
      entity_key: entityKey,
      level: 'policy',
    });
    const changes = compare(entityRef, drifts, known);
    if (changes.length === 0) return 0;
    return this.db.transaction(async trx => {
      let won = 0;
      let isTold = false;
      for (const change of changes) {
        const { key, subject, state, reason, sequence, noticed } = change;
        // The key of subject and sequence decides between replicas that see the same change.
        const inserted = await trx(HISTORY)
          .insert({
            subject_key: key,
            sequence,
            entity_key: entityKey,
            entity_ref: entityRef,
            level: 'policy',
            cluster: subject.cluster,
            namespace: subject.namespace,
            service: subject.kind,
            way_in: subject.name,
            from_state: null,
            to_state: null,
            reason: reason.slice(0, 500),
            cause: 'drift',
            at: now,
          })
          .onConflict(['subject_key', 'sequence'])
          .ignore()
          .returning('subject_key');
        if (inserted.length === 0) continue;
        won += 1;
        const isDue: boolean = state !== null && state !== noticed && !isTold;
        isTold ||= isDue;
        await trx(STATES)
          .insert({
            subject_key: key,
            entity_key: entityKey,
            entity_ref: entityRef,
            level: 'policy',
            subject: JSON.stringify({ level: 'policy', ...subject }),
            state,
            verdict: null,
            sequence,
            since: now,
            checked_at: now,
            // Once it is as written, the next difference is news again.
            noticed_state: state === null ? null : noticed,
            notice_due_at: isDue ? now + noticeHoldMs : null,
          })
          .onConflict('subject_key')
          .merge();
      }
      return won;
    });
  }
}

function compare(
  entityRef: string,
  drifts: readonly PolicyDrift[],
  known: readonly Known[],
): Change[] {
  const left = new Map(known.map(each => [each.subject_key, each]));
  const changes: Change[] = [];
  for (const { state, reason, ...subject } of drifts) {
    const { cluster, kind, namespace, name } = subject;
    const key = digestRef(
      JSON.stringify(['drift', entityRef, cluster, kind, namespace, name]),
    );
    const before = left.get(key);
    left.delete(key);
    if (before?.state !== state) {
      changes.push({
        key,
        subject,
        state,
        reason,
        sequence: (before?.sequence ?? 0) + 1,
        noticed: before?.noticed_state ?? null,
      });
    }
  }
  for (const before of left.values()) {
    if (before.state === null) continue;
    const { level, ...subject } = JSON.parse(before.subject);
    changes.push({
      key: before.subject_key,
      subject,
      state: null,
      reason: `${subject.kind} ${subject.namespace}/${subject.name} stands as it is wanted again.`,
      sequence: before.sequence + 1,
      noticed: before.noticed_state,
    });
  }
  return changes;
}
