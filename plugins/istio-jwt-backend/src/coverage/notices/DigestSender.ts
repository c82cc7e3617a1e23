import { LoggerService } from '@backstage/backend-plugin-api';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { Knex } from 'knex';
import { DigestConfig } from '../../config/types';
import { Viewer } from '../read/Viewer';
import { WeekReader } from '../read/WeekReader';
import { COVERAGE, CoverageRow } from '../rows';
import { findSlot } from './findSlot';
import { Telling, ToldStore } from './ToldStore';
import { writeDigest } from './writeDigest';

export interface DigestSenderOptions {
  db: Knex;
  told: ToldStore;
  week: WeekReader;
  notifications: NotificationService;
  logger: LoggerService;
  config: DigestConfig;
}

const LEASE_MS = 60_000;

/**
 * Tells owners, and the platform team, once a week how it was. An owner hears of services of the
 * entities that they own and of no others; the platform team, which the operator names, of all.
 */
export class DigestSender {
  constructor(private readonly options: DigestSenderOptions) {}

  /** Sends what is due and was not sent by any replica. What fails is tried again by the next call. */
  async sendDue(signal?: AbortSignal, now = Date.now()): Promise<void> {
    const { config } = this.options;
    const slot = config.enabled ? findSlot(config, now) : undefined;
    if (slot === undefined) {
      return;
    }
    for (const recipient of config.platformTeam) {
      await this.sendTo(recipient, `all ${slot}`, { kind: 'all' }, now);
    }
    for (const [owner, entityKeys] of await this.listOwned()) {
      if (signal?.aborted) {
        return;
      }
      await this.sendTo(
        owner,
        `own ${slot}`,
        { kind: 'some', entityKeys },
        now,
      );
    }
  }

  private async sendTo(
    recipient: string,
    subject: string,
    viewer: Viewer,
    now: number,
  ): Promise<void> {
    const { told, week, notifications, logger } = this.options;
    const telling: Telling = {
      kind: 'digest',
      recipient,
      subject: `digest ${subject}`,
    };
    const isMine = await told.claim(telling, {
      now,
      quietMs: Infinity,
      leaseMs: LEASE_MS,
    });
    if (!isMine) {
      return;
    }
    try {
      const payload = writeDigest(
        await week.read(viewer, now),
        viewer.kind === 'all' ? undefined : recipient,
      );
      if (payload) {
        await notifications.send({
          recipients: { type: 'entity', entityRef: recipient },
          payload,
        });
      }
      await told.settle(telling, now);
    } catch (error) {
      logger.warn(
        `${recipient} did not get the digest of the week: ${
          (error as Error)?.name
        }`,
      );
    }
  }

  /** Keys of the entities of each owner. */
  private async listOwned(): Promise<Map<string, string[]>> {
    const rows: Pick<CoverageRow, 'entity_key' | 'owner' | 'owners'>[] =
      await this.options
        .db<CoverageRow>(COVERAGE)
        .whereNot({ entity_key: '' })
        .distinct('entity_key', 'owner', 'owners');
    const owned = new Map<string, Set<string>>();
    for (const { entity_key: key, owner, owners } of rows) {
      for (const ref of [owner, ...(JSON.parse(owners) as string[])]) {
        if (/^(user|group):/.test(ref)) {
          owned.set(ref, (owned.get(ref) ?? new Set()).add(key));
        }
      }
    }
    return new Map([...owned].map(([owner, keys]) => [owner, [...keys]]));
  }
}
