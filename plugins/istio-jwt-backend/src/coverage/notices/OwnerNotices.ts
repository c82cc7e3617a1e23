import {
  LoggerService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  CoverageFilter,
  CoverageOwnerNotice,
  CoverageOwnerNoticePreview,
  CoverageOwnerNoticeRequest,
  istioJwtOwnersNotifyPermission,
} from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { OwnerNoticesConfig } from '../../config/types';
import { DAY_MS } from '../days';
import { Caller } from '../exceptions/Caller';
import { AffectedOwner, listOwners } from './listOwners';
import { Telling, ToldStore } from './ToldStore';
import { writeOwnerNotice } from './writeOwnerNotice';

const SHOWN_OWNERS = 100;
const AT_ONCE = 4;
/** One that takes longer than this is taken for lost, and may be tried again. */
const LEASE_MS = 60_000;
/** Owners whose turn comes later are not told by this request. */
const DEADLINE_MS = 45_000;

export interface OwnerNoticesOptions {
  db: Knex;
  told: ToldStore;
  notifications: NotificationService;
  permissions: PermissionsService;
  logger: LoggerService;
  config: OwnerNoticesConfig;
  now?: () => number;
}

/** What would become of each owner. */
interface Plan {
  toTell: AffectedOwner[];
  /** With the time at which they were told. */
  alreadyTold: (AffectedOwner & { at: number })[];
  /** Were told of other things too often today. */
  tired: AffectedOwner[];
  withoutOwner: number;
}

type Outcome = 'told' | 'alreadyTold' | 'failed';

/** Tells owners of services that need their attention, when a person asks for it. */
export class OwnerNotices {
  private readonly now: () => number;

  constructor(private readonly options: OwnerNoticesOptions) {
    this.now = options.now ?? Date.now;
  }

  /** Whether the caller may have owners told at all. */
  async mayNotify({
    credentials,
  }: Pick<Caller, 'credentials'>): Promise<boolean> {
    if (!this.options.config.enabled) {
      return false;
    }
    const [{ result }] = await this.options.permissions.authorize(
      [{ permission: istioJwtOwnersNotifyPermission }],
      { credentials },
    );
    return result === AuthorizeResult.ALLOW;
  }

  /** Who would be told, and who not. Sends nothing. */
  async preview(
    caller: Caller,
    filter: CoverageFilter,
  ): Promise<CoverageOwnerNoticePreview> {
    await this.demand(caller);
    checkFilter(filter);
    const { toTell, alreadyTold, tired, withoutOwner } = await this.plan(
      caller,
      filter,
    );
    const { config } = this.options;
    return {
      toTell: toTell.length,
      owners: toTell
        .slice(0, SHOWN_OWNERS)
        .map(({ owner, services }) => ({ owner, services })),
      alreadyTold: alreadyTold.slice(0, SHOWN_OWNERS).map(each => ({
        owner: each.owner,
        services: each.services,
        at: new Date(each.at).toISOString(),
      })),
      alreadyToldTotal: alreadyTold.length,
      overQuota: tired.length,
      withoutOwner,
      maxOwners: config.maxOwners,
      quietHours: config.quietMs / 3_600_000,
    };
  }

  /** @throws ConflictError where more owners would be told than the caller agreed to */
  async send(
    caller: Caller,
    { filter, atMost }: CoverageOwnerNoticeRequest,
  ): Promise<CoverageOwnerNotice> {
    const { told, config } = this.options;
    await this.demand(caller);
    checkFilter(filter);
    const plan = await this.plan(caller, filter);
    if (plan.toTell.length > atMost) {
      throw new ConflictError(
        `${plan.toTell.length} owners would be told by now, more than the ${atMost} of atMost. Look at the preview again.`,
      );
    }
    if (plan.toTell.length > config.maxOwners) {
      throw new InputError(
        `${plan.toTell.length} owners are more than istioJwt.coverage.ownerNotices.maxOwners allows at once: ${config.maxOwners}. Narrow the filter.`,
      );
    }
    const counts: Record<Outcome, number> = {
      told: 0,
      alreadyTold: plan.alreadyTold.length,
      failed: 0,
    };
    if (plan.toTell.length > 0) {
      const start = this.now();
      const { id, count } = await told.noteSending(
        caller.name,
        start,
        start - DAY_MS,
      );
      if (count > config.perSenderPerDay) {
        await told.dropSending(id);
        throw new NotAllowedError(
          `You had owners told ${config.perSenderPerDay} times within a day, which is all that istioJwt.coverage.ownerNotices.perSenderPerDay allows.`,
        );
      }
      for (const outcome of await this.tellAll(caller, filter, plan.toTell)) {
        counts[outcome] += 1;
      }
    }
    return {
      ...counts,
      overQuota: plan.tired.length,
      withoutOwner: plan.withoutOwner,
    };
  }

  private async plan(caller: Caller, filter: CoverageFilter): Promise<Plan> {
    const { db, told, config } = this.options;
    const now = this.now();
    const [{ owners, withoutOwner }, before, tired] = await Promise.all([
      listOwners(db, caller.viewer, filter),
      told.listTold(nameSubject(filter), now - config.quietMs),
      told.listTired('owner-notice', now - DAY_MS, config.perOwnerPerDay),
    ]);
    const plan: Plan = { toTell: [], alreadyTold: [], tired: [], withoutOwner };
    for (const owner of owners) {
      const at = before.get(owner.owner);
      if (at !== undefined) {
        plan.alreadyTold.push({ ...owner, at });
      } else if (tired.has(owner.owner)) {
        plan.tired.push(owner);
      } else {
        plan.toTell.push(owner);
      }
    }
    return plan;
  }

  private async tellAll(
    caller: Caller,
    filter: CoverageFilter,
    owners: AffectedOwner[],
  ): Promise<Outcome[]> {
    const deadline = performance.now() + DEADLINE_MS;
    const outcomes: Outcome[] = [];
    const next = owners.values();
    const work = async () => {
      for (const owner of next) {
        outcomes.push(
          performance.now() > deadline
            ? 'failed'
            : await this.tell(caller, filter, owner),
        );
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return outcomes;
  }

  private async tell(
    caller: Caller,
    filter: CoverageFilter,
    owner: AffectedOwner,
  ): Promise<Outcome> {
    const { told, notifications, logger, config } = this.options;
    const telling: Telling = {
      kind: 'owner-notice',
      recipient: owner.owner,
      subject: nameSubject(filter),
    };
    const isMine = await told.claim(telling, {
      now: this.now(),
      quietMs: config.quietMs,
      leaseMs: LEASE_MS,
    });
    if (!isMine) {
      return 'alreadyTold';
    }
    try {
      await notifications.send({
        recipients: { type: 'entity', entityRef: owner.owner },
        payload: writeOwnerNotice(owner, filter, {
          sender: caller.name,
          subject: telling.subject,
        }),
      });
    } catch (error) {
      logger.warn(
        `${owner.owner} could not be told of its services: ${
          (error as Error)?.name
        }`,
      );
      await told.release(telling);
      return 'failed';
    }
    await told.settle(telling, this.now());
    return 'told';
  }

  private async demand(caller: Caller): Promise<void> {
    if (!this.options.config.enabled) {
      throw new ServiceUnavailableError(
        'Owners are not told: istioJwt.coverage.ownerNotices.enabled or istioJwt.notifications.enabled is false.',
      );
    }
    if (!(await this.mayNotify(caller))) {
      throw new NotAllowedError(
        `The permission ${istioJwtOwnersNotifyPermission.name} is missing`,
      );
    }
  }
}

function checkFilter({ owner, ...others }: CoverageFilter): void {
  const isEmpty = Object.values(others).every(
    value => value === undefined || (Array.isArray(value) && !value.length),
  );
  if (isEmpty) {
    throw new InputError(
      'filter has to say what the owners are to look at: a finding, states or the like, besides the owner.',
    );
  }
}

/** The same thing, whoever of the owners it is told to and in whatever order its parts stand. */
function nameSubject({ owner, ...others }: CoverageFilter): string {
  const parts = Object.entries(others)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [
      name,
      Array.isArray(value) ? [...value].sort() : value,
    ])
    .filter(([, value]) => !(Array.isArray(value) && value.length === 0))
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return `owner-notice ${JSON.stringify(parts)}`;
}
