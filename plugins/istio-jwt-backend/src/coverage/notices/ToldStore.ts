import { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { shortDigest } from '../rows';

const TOLD = 'istio_jwt_told';
const SENDINGS = 'istio_jwt_owner_sendings';

export type TellingKind = 'owner-notice' | 'digest';

/** Something that somebody is told once in a while. */
export interface Telling {
  kind: TellingKind;
  /** Entity ref. */
  recipient: string;
  /** What it is about: the same text is the same thing. */
  subject: string;
}

interface ToldRow {
  recipient_key: string;
  subject_key: string;
  kind: TellingKind;
  recipient: string;
  lease_until: number | string | null;
  told_at: number | string | null;
}

/** Remembers who was told what, so that over all replicas nobody is told twice. */
export class ToldStore {
  constructor(private readonly db: Knex) {}

  /**
   * Reserves a telling until `now + leaseMs`.
   *
   * @param quietMs - after which the same may be told again; Infinity: never
   * @returns false where it was told, or is being told
   */
  async claim(
    telling: Telling,
    options: { now: number; quietMs: number; leaseMs: number },
  ): Promise<boolean> {
    const { now, quietMs, leaseMs } = options;
    await this.db<ToldRow>(TOLD)
      .insert({
        ...keysOf(telling),
        kind: telling.kind,
        recipient: telling.recipient,
        lease_until: null,
        told_at: null,
      })
      .onConflict(['recipient_key', 'subject_key'])
      .ignore();
    const claimed = await this.db<ToldRow>(TOLD)
      .where(keysOf(telling))
      .andWhere(quiet =>
        quiet
          .whereNull('told_at')
          .orWhere('told_at', '<=', Math.max(0, now - quietMs)),
      )
      .andWhere(free =>
        free.whereNull('lease_until').orWhere('lease_until', '<', now),
      )
      .update({ lease_until: now + leaseMs });
    return claimed > 0;
  }

  async settle(telling: Telling, now: number): Promise<void> {
    await this.db<ToldRow>(TOLD)
      .where(keysOf(telling))
      .update({ told_at: now, lease_until: null });
  }

  /** It was not told after all. */
  async release(telling: Telling): Promise<void> {
    await this.db<ToldRow>(TOLD)
      .where(keysOf(telling))
      .update({ lease_until: null });
  }

  /** When recipients were told of a subject, in ms; for those who were, since `since`. */
  async listTold(subject: string, since: number): Promise<Map<string, number>> {
    const rows = await this.db<ToldRow>(TOLD)
      .where({ subject_key: shortDigest(subject) })
      .andWhere('told_at', '>', since)
      .select('recipient', 'told_at');
    return new Map(rows.map(row => [row.recipient, Number(row.told_at)]));
  }

  /** Recipients that were told so many times since. */
  async listTired(
    kind: TellingKind,
    since: number,
    atLeast: number,
  ): Promise<Set<string>> {
    const rows: { recipient: string }[] = await this.db<ToldRow>(TOLD)
      .where({ kind })
      .andWhere('told_at', '>', since)
      .groupBy('recipient')
      .havingRaw('count(*) >= ?', [atLeast])
      .select('recipient');
    return new Set(rows.map(({ recipient }) => recipient));
  }

  /** Notes that somebody sends. @returns how often they did since, this time included */
  async noteSending(
    sender: string,
    now: number,
    since: number,
  ): Promise<{ id: string; count: number }> {
    const id = randomUUID();
    await this.db(SENDINGS).insert({ id, sender, at: now });
    return { id, count: await this.countSendings(sender, since) };
  }

  async countSendings(sender: string, since: number): Promise<number> {
    const [{ count }] = await this.db(SENDINGS)
      .where({ sender })
      .andWhere('at', '>', since)
      .count({ count: '*' });
    return Number(count);
  }

  async dropSending(id: string): Promise<void> {
    await this.db(SENDINGS).where({ id }).delete();
  }

  async deleteOld(before: number): Promise<void> {
    await this.db(TOLD).where('told_at', '<', before).delete();
    await this.db(TOLD)
      .whereNull('told_at')
      .andWhere(idle =>
        idle.whereNull('lease_until').orWhere('lease_until', '<', before),
      )
      .delete();
    await this.db(SENDINGS).where('at', '<', before).delete();
  }
}

function keysOf({
  recipient,
  subject,
}: Telling): Pick<ToldRow, 'recipient_key' | 'subject_key'> {
  return {
    recipient_key: shortDigest(recipient),
    subject_key: shortDigest(subject),
  };
}
