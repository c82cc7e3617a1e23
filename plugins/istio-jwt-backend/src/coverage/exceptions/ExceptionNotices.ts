import { LoggerService } from '@backstage/backend-plugin-api';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { Knex } from 'knex';
import { DAY_MS } from '../days';
import { linkToCoverage } from '../linkToCoverage';
import { COVERAGE, CoverageRow, EXCEPTIONS } from '../rows';
import { ExceptionRow } from './describeException';

/** What is told when. A later one takes the place of earlier ones that were missed. */
const LEVELS = [
  { level: 3, before: 0, title: 'The exception has ended' },
  { level: 2, before: DAY_MS, title: 'The exception ends within a day' },
  { level: 1, before: 7 * DAY_MS, title: 'The exception ends within 7 days' },
];
const BATCH = 50;

export interface ExceptionNoticesOptions {
  db: Knex;
  notifications: NotificationService;
  logger: LoggerService;
  enabled: boolean;
  /** How long a claimed notice is kept from other replicas, and when one that failed is tried again. Default: 60 s. */
  leaseMs?: number;
}

/** Tells who asked for an exception, who approved it and the owners that it ends: each time once over all replicas. */
export class ExceptionNotices {
  constructor(private readonly options: ExceptionNoticesOptions) {}

  async sendDue(signal?: AbortSignal, now = Date.now()): Promise<void> {
    const { db, logger, enabled, leaseMs = 60_000 } = this.options;
    for (const row of await this.selectDue(now)) {
      if (signal?.aborted) {
        return;
      }
      const due = LEVELS.find(
        ({ before }) => Number(row.expires_at) - before <= now,
      )!;
      const own = () =>
        db<ExceptionRow>(EXCEPTIONS).where({
          id: row.id,
          revision: row.revision,
        });
      const claimed = await own()
        .andWhere('notice_level', '<', due.level)
        .andWhere(free =>
          free
            .whereNull('notice_lease_until')
            .orWhere('notice_lease_until', '<', now),
        )
        .update({ notice_lease_until: now + leaseMs });
      if (claimed === 0) {
        continue;
      }
      try {
        if (enabled) {
          await this.send(row, due.title);
        }
        await own().update({
          notice_level: due.level,
          notice_lease_until: null,
        });
      } catch (error) {
        logger.warn(
          `Nobody could be told of the end of exception ${row.id}: ${
            (error as Error)?.name
          }`,
        );
      }
    }
  }

  private async selectDue(now: number): Promise<ExceptionRow[]> {
    return this.options
      .db<ExceptionRow>(EXCEPTIONS)
      .whereNull('revoked_at')
      .whereNotNull('approved_by')
      .andWhere(due => {
        for (const { level, before } of LEVELS) {
          due.orWhere(one =>
            one
              .where('expires_at', '<=', now + before)
              .andWhere('notice_level', '<', level),
          );
        }
      })
      .orderBy('expires_at')
      .limit(BATCH);
  }

  private async send(row: ExceptionRow, title: string): Promise<void> {
    const { db, notifications } = this.options;
    const claims = await db<CoverageRow>(COVERAGE)
      .where({ service_key: row.service_key })
      .select('owners', 'owner');
    const recipients = [
      row.requested_by,
      row.approved_by ?? '',
      ...claims.flatMap(({ owners, owner }) => [
        ...(JSON.parse(owners) as string[]),
        owner,
      ]),
    ].filter(ref => /^(user|group):/.test(ref));
    if (recipients.length === 0) {
      return;
    }
    await notifications.send({
      recipients: { type: 'entity', entityRef: [...new Set(recipients)] },
      payload: {
        title: `${title}: ${row.namespace}/${row.name}`,
        description: row.reason,
        link: linkToCoverage({}, { view: 'exceptions', exception: row.id }),
        severity: 'normal',
        topic: 'istio-jwt',
        // A later one takes the place of an earlier one.
        scope: `istio-jwt:exception:${row.id}`,
      },
    });
  }
}
