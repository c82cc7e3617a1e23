import { Page, StateChange } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { cutPage, decodeCursor } from '../storage/cursor';
import { digestRef } from '../storage/digestRef';
import { compareStates, RecordedChange } from './compareStates';
import {
  HISTORY,
  HistoryRow,
  readChange,
  readKnown,
  StateRow,
  STATES,
  toHistoryRow,
  toStateChange,
  toStateRow,
} from './rows';
import {
  DueNotice,
  EntityStates,
  StateHistoryStore,
} from './StateHistoryStore';

const DAY_MS = 24 * 60 * 60 * 1000;
/** SQLite takes no more than some thousand values in one statement. */
const CHUNK = 50;

/** Changes of state in the plugin's database, SQLite or PostgreSQL. */
export class DatabaseStateHistoryStore implements StateHistoryStore {
  constructor(private readonly db: Knex) {}

  async record(
    states: EntityStates,
    now: number,
    noticeHoldMs: number,
  ): Promise<StateChange[]> {
    const { entityRef } = states;
    const entityKey = digestRef(entityRef);
    const known = await this.db<StateRow>(STATES)
      .where({ entity_key: entityKey })
      // Kept by whoever compares policies with what was written.
      .whereNot({ level: 'policy' });
    const changes = compareStates(states, known.map(readKnown));
    if (changes.length === 0) {
      await this.touch(entityKey, known, now);
      return [];
    }
    return this.db.transaction(async tx => {
      const won: RecordedChange[] = [];
      for (let start = 0; start < changes.length; start += CHUNK) {
        const chunk = changes.slice(start, start + CHUNK);
        // The key of subject and sequence decides between replicas that see the same change.
        const inserted: { subject_key: string }[] = await tx<HistoryRow>(
          HISTORY,
        )
          .insert(
            chunk.map(change =>
              toHistoryRow(change, entityRef, entityKey, now),
            ),
          )
          .onConflict(['subject_key', 'sequence'])
          .ignore()
          .returning('subject_key');
        const keys = new Set(inserted.map(row => row.subject_key));
        const fresh = chunk.filter(({ subjectKey }) => keys.has(subjectKey));
        if (fresh.length > 0) {
          await tx<StateRow>(STATES)
            .insert(
              fresh.map(change =>
                toStateRow(change, entityRef, entityKey, now, noticeHoldMs),
              ),
            )
            .onConflict('subject_key')
            .merge();
        }
        won.push(...fresh);
      }
      return won.map(change => toStateChange(change, entityRef, now));
    });
  }

  async list(
    entityRef: string,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<StateChange>> {
    const query = this.db<HistoryRow>(HISTORY)
      .where({ entity_key: digestRef(entityRef) })
      .orderBy([
        { column: 'at', order: 'desc' },
        { column: 'subject_key', order: 'desc' },
        { column: 'sequence', order: 'desc' },
      ])
      .limit(limit + 1);
    if (cursor !== undefined) {
      const { at, key } = decodeCursor(cursor);
      const [subjectKey, sequence] = key.split('/');
      query.andWhere(older =>
        older
          .where('at', '<', at)
          .orWhere(same =>
            same
              .where({ at })
              .andWhere(tie =>
                tie
                  .where('subject_key', '<', subjectKey)
                  .orWhere(own =>
                    own
                      .where({ subject_key: subjectKey })
                      .andWhere('sequence', '<', Number(sequence) || 0),
                  ),
              ),
          ),
      );
    }
    const { rows, nextCursor } = cutPage(await query, limit, row => ({
      at: Number(row.at),
      key: `${row.subject_key}/${row.sequence}`,
    }));
    return { items: rows.map(readChange), nextCursor };
  }

  async claimNotices(
    now: number,
    leaseMs: number,
    limit: number,
  ): Promise<DueNotice[]> {
    const due = await this.db<StateRow>(STATES)
      .where('notice_due_at', '<=', now)
      .orderBy('notice_due_at')
      .limit(limit);
    const claimed: DueNotice[] = [];
    for (const row of due) {
      const lease = now + leaseMs;
      const taken = await this.db<StateRow>(STATES)
        .where({
          subject_key: row.subject_key,
          notice_due_at: row.notice_due_at,
          sequence: row.sequence,
        })
        .update({ notice_due_at: lease });
      if (taken === 1 && row.state !== null) {
        claimed.push({
          subjectKey: row.subject_key,
          entityRef: row.entity_ref,
          from: row.noticed_state,
          to: row.state,
          reason: await this.readReason(row),
          lease,
        });
      }
    }
    return claimed;
  }

  async settleNotice({ subjectKey, to, lease }: DueNotice): Promise<void> {
    // `unknown` is not remembered: what follows it is compared with what was known before.
    if (to !== 'unknown') {
      await this.db<StateRow>(STATES)
        .where({ subject_key: subjectKey })
        .update({ noticed_state: to });
    }
    await this.db<StateRow>(STATES)
      .where({ subject_key: subjectKey })
      .andWhere(settled =>
        // Back to what the owner was just told: nothing is left to tell.
        settled.where({ notice_due_at: lease }).orWhere({ state: to }),
      )
      .update({ notice_due_at: null });
  }

  async deleteBefore(before: number): Promise<number> {
    await this.db<StateRow>(STATES).where('checked_at', '<', before).delete();
    return this.db<HistoryRow>(HISTORY).where('at', '<', before).delete();
  }

  /** Says that the subjects still exist, once a day. */
  private async touch(
    entityKey: string,
    known: StateRow[],
    now: number,
  ): Promise<void> {
    if (known.some(row => Number(row.checked_at) < now - DAY_MS)) {
      await this.db<StateRow>(STATES)
        .where({ entity_key: entityKey })
        .update({ checked_at: now });
    }
  }

  private async readReason(row: StateRow): Promise<string> {
    const change = await this.db<HistoryRow>(HISTORY)
      .where({ subject_key: row.subject_key, sequence: row.sequence })
      .first('reason');
    return change?.reason ?? '';
  }
}
