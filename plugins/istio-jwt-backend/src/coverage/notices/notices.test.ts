import { mockServices } from '@backstage/backend-test-utils';
import { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { Knex } from 'knex';
import {
  ALL,
  claimingEntity,
  CoverageHarness,
  viewerOf,
} from '../../__testUtils__/CoverageHarness';
import { describeOnDatabases } from '../../__testUtils__/describeOnDatabases';
import {
  gatewayYaml,
  meshOf,
  mirrorOf,
  podYaml,
  routeYaml,
  serviceYaml,
} from '../../testing/meshFixture';
import { DAY_MS } from '../days';
import { Caller } from '../exceptions/Caller';
import { ExceptionStore } from '../exceptions/ExceptionStore';
import { recordDay } from '../index/recordDay';
import { CountReader } from '../read/CountReader';
import { Trend } from '../read/Trend';
import { Viewer } from '../read/Viewer';
import { WeekReader } from '../read/WeekReader';
import { DigestSender } from './DigestSender';
import { findSlot } from './findSlot';
import { OwnerNotices } from './OwnerNotices';
import { ToldStore } from './ToldStore';

const HOUR = 3_600_000;
/** A Monday, 08:00 UTC. */
const MONDAY = Date.parse('2026-03-02T08:00:00Z');

const objectsOf = (...names: string[]) =>
  names.flatMap(name => [
    podYaml(name),
    serviceYaml(name),
    routeYaml(name, 'gateway'),
  ]);

const meshWith = (...names: string[]) =>
  meshOf(podYaml('gateway'), gatewayYaml('gateway'), ...objectsOf(...names));

describeOnDatabases('notices about the coverage', connect => {
  let db: Knex;
  let sent: NotificationSendOptions[];
  let fails: (recipient: string) => boolean;

  beforeEach(async () => {
    db = await connect();
    sent = [];
    fails = () => false;
  });

  const notifications = {
    send: async (notification: NotificationSendOptions) => {
      const { entityRef } = notification.recipients as { entityRef: string };
      if (fails(entityRef)) {
        throw new Error('Not now');
      }
      sent.push(notification);
    },
  };
  const recipients = () =>
    sent
      .splice(0)
      .map(({ recipients: to }: any) => to.entityRef)
      .sort();

  describe('that a person asks for', () => {
    let now = MONDAY;
    const config = {
      enabled: true,
      quietMs: 7 * DAY_MS,
      maxOwners: 3,
      perOwnerPerDay: 2,
      perSenderPerDay: 20,
    };
    const replica = (changes: Partial<typeof config> = {}) =>
      new OwnerNotices({
        db,
        told: new ToldStore(db),
        notifications,
        permissions: mockServices.permissions.mock({
          authorize: async () => [{ result: AuthorizeResult.ALLOW }],
        }),
        logger: mockServices.logger.mock(),
        config: { ...config, ...changes },
        now: () => now,
      });
    const caller = (viewer: Viewer = ALL): Caller => ({
      viewer,
      name: 'user:default/pat',
      credentials: {} as any,
    });
    const open = { state: ['open' as const] };

    beforeEach(async () => {
      now = MONDAY;
      const twice = claimingEntity('shared', { owner: 'group:default/a' });
      twice.relations!.push({
        type: 'ownedBy',
        targetRef: 'user:default/bea',
      });
      const harness = await CoverageHarness.create(
        db,
        [mirrorOf(meshWith('one', 'two', 'shared', 'odd', 'nobodys'))],
        [
          claimingEntity('one', { owner: 'group:default/a' }),
          claimingEntity('two', { owner: 'group:default/b' }),
          twice,
          claimingEntity('odd', { owner: 'location:default/c' }),
        ],
      );
      await harness.pass();
    });

    it('reach each owner of a service once, and say who cannot be told', async () => {
      const preview = await replica().preview(caller(), open);
      expect(preview).toMatchObject({
        toTell: 3,
        owners: [
          { owner: 'group:default/a', services: 2 },
          { owner: 'group:default/b', services: 1 },
          { owner: 'user:default/bea', services: 1 },
        ],
        withoutOwner: 2,
        quietHours: 168,
      });
      expect(sent).toEqual([]);
      const results = await Promise.all(
        [replica(), replica()].map(each =>
          each.send(caller(), { filter: open, atMost: 3 }),
        ),
      );
      expect(results.reduce((sum, { told }) => sum + told, 0)).toBe(3);
      const links = Object.fromEntries(
        sent.map(({ recipients: to, payload }: any) => [
          to.entityRef,
          payload.link,
        ]),
      );
      expect(links).toEqual({
        'group:default/a': '/jwt-coverage?state=open&owner=group%3Adefault%2Fa',
        'group:default/b': '/jwt-coverage?state=open&owner=group%3Adefault%2Fb',
        // Shown is what has this value as its first owner.
        'user:default/bea':
          '/jwt-coverage?state=open&owner=group%3Adefault%2Fa',
      });
      expect(recipients()).toHaveLength(3);
    });

    it('are not repeated for a while, and then are', async () => {
      await replica().send(caller(), { filter: open, atMost: 3 });
      expect(recipients()).toHaveLength(3);
      now += 7 * DAY_MS - 1;
      expect(
        await replica().send(caller(), {
          filter: { ...open, owner: 'group:default/b' },
          atMost: 3,
        }),
      ).toMatchObject({ told: 0, alreadyTold: 1 });
      expect(await replica().preview(caller(), open)).toMatchObject({
        toTell: 0,
        alreadyToldTotal: 3,
        alreadyTold: [
          { owner: 'group:default/a', at: new Date(MONDAY).toISOString() },
          { owner: 'group:default/b' },
          { owner: 'user:default/bea' },
        ],
      });
      now += 1;
      await replica().send(caller(), { filter: open, atMost: 3 });
      expect(recipients()).toHaveLength(3);
    });

    it('that fail are told, and reach the rest when sent again', async () => {
      fails = recipient => recipient === 'group:default/b';
      expect(
        await replica().send(caller(), { filter: open, atMost: 3 }),
      ).toMatchObject({ told: 2, failed: 1 });
      recipients();
      fails = () => false;
      expect(
        await replica().send(caller(), { filter: open, atMost: 3 }),
      ).toMatchObject({ told: 1, alreadyTold: 2, failed: 0 });
      expect(recipients()).toEqual(['group:default/b']);
    });

    it('are bounded per owner and at once, and speak of what the sender may see', async () => {
      await expect(
        replica({ maxOwners: 2 }).send(caller(), { filter: open, atMost: 3 }),
      ).rejects.toThrow(/maxOwners/);
      const mine = caller(viewerOf('component:default/two'));
      await replica().send(mine, { filter: { q: 'two' }, atMost: 3 });
      await replica().send(mine, { filter: open, atMost: 3 });
      expect(recipients()).toEqual(['group:default/b', 'group:default/b']);
      expect(
        await replica().send(mine, { filter: { claimed: true }, atMost: 3 }),
      ).toMatchObject({ told: 0, overQuota: 1 });
      now += DAY_MS + 1;
      expect(
        await replica().send(mine, { filter: { claimed: true }, atMost: 3 }),
      ).toMatchObject({ told: 1, overQuota: 0 });
    });

    it('are refused where they are off', async () => {
      const off = replica({ enabled: false });
      expect(await off.mayNotify(caller())).toBe(false);
      await expect(off.preview(caller(), open)).rejects.toThrow(/enabled/);
      await expect(
        off.send(caller(), { filter: open, atMost: 3 }),
      ).rejects.toThrow(/enabled/);
    });
  });

  describe('of the week', () => {
    const config = {
      enabled: true,
      day: 1,
      minute: 480,
      timezone: 'UTC',
      platformTeam: ['group:default/platform'],
    };
    const replica = (changes: Partial<typeof config> = {}) =>
      new DigestSender({
        db,
        told: new ToldStore(db),
        week: new WeekReader(db, new CountReader(db), new Trend(db)),
        notifications,
        logger: mockServices.logger.mock(),
        config: { ...config, ...changes },
      });

    /** A week ago `a` had one service; since then `fresh` came, of b, and nothing of c changed. */
    async function startWeek() {
      const before = meshWith('old', 'calm');
      const entities = [
        claimingEntity('old', { owner: 'group:default/a' }),
        claimingEntity('fresh', { owner: 'group:default/b' }),
        claimingEntity('calm', { owner: 'group:default/c' }),
      ];
      const harness = await CoverageHarness.create(
        db,
        [mirrorOf(before)],
        entities,
      );
      await harness.pass();
      await recordDay(db, MONDAY - 7 * DAY_MS);
      harness.mirrors = [mirrorOf(meshWith('old', 'calm', 'fresh'))];
      await harness.pass();
      await recordDay(db, MONDAY);
      const exceptions = new ExceptionStore(db);
      const { id } = await exceptions.create(
        {
          scope: { cluster: 'c', namespace: 'default', name: 'old' },
          entityRef: 'component:default/old',
          reason: 'Until spring',
          by: 'user:default/alice',
          expiresAt: MONDAY + 3 * DAY_MS,
        },
        MONDAY - DAY_MS,
      );
      await exceptions.change(
        id,
        1,
        {
          action: 'approved',
          by: 'user:default/bob',
          reason: 'Until spring',
          expiresAt: MONDAY + 3 * DAY_MS,
          approvedBy: 'user:default/bob',
        },
        MONDAY - DAY_MS,
      );
    }

    it('tells each owner of their own, the platform team of all, and whoever has no news nothing', async () => {
      await startWeek();
      await replica().sendDue(undefined, MONDAY - 1);
      expect(sent).toEqual([]);
      await Promise.all([
        replica().sendDue(undefined, MONDAY),
        replica().sendDue(undefined, MONDAY),
      ]);
      const texts = Object.fromEntries(
        sent.map(({ recipients: to, payload }: any) => [
          to.entityRef,
          [payload.title, payload.description, payload.link],
        ]),
      );
      expect(texts).toEqual({
        'group:default/platform': [
          'The week of all services: 0 % require a valid JWT',
          '0 of 3 services are enforced; a week ago 0 of 2 were. Requests pass without a valid token, and did not a week ago: fresh. Exceptions end within 7 days: old.',
          '/jwt-coverage',
        ],
        'group:default/a': [
          'The week of your services: 0 % require a valid JWT',
          'Exceptions end within 7 days: old.',
          '/jwt-coverage?owner=group%3Adefault%2Fa',
        ],
        'group:default/b': [
          'The week of your services: 0 % require a valid JWT',
          'Requests pass without a valid token, and did not a week ago: fresh.',
          '/jwt-coverage?owner=group%3Adefault%2Fb',
        ],
      });
      expect(sent).toHaveLength(3);
      sent = [];
      await replica().sendDue(undefined, MONDAY + HOUR);
      expect(sent).toEqual([]);
    });

    it('makes good what failed, and leaves out what is a day late', async () => {
      await startWeek();
      fails = recipient => recipient === 'group:default/a';
      await replica().sendDue(undefined, MONDAY);
      expect(recipients()).toEqual([
        'group:default/b',
        'group:default/platform',
      ]);
      fails = () => false;
      await replica().sendDue(undefined, MONDAY + 2 * 60_000);
      expect(recipients()).toEqual(['group:default/a']);
      await replica().sendDue(undefined, MONDAY + 8 * DAY_MS);
      await replica({ enabled: false }).sendDue(undefined, MONDAY + 7 * DAY_MS);
      expect(sent).toEqual([]);
    });

    it('says nothing of changes where nothing was recorded a week ago', async () => {
      const harness = await CoverageHarness.create(
        db,
        [mirrorOf(meshWith('old'))],
        [claimingEntity('old')],
      );
      await harness.pass();
      await replica().sendDue(undefined, MONDAY);
      expect(sent).toEqual([]);
    });
  });
});

describe('the time of the digest', () => {
  const at = (time: string, timezone: string, minute = 150) =>
    findSlot({ day: 7, minute, timezone }, Date.parse(time));

  it('is that of its time zone, on days with a change of clocks too', () => {
    // Sunday 29 March 2026: Berlin goes from 02:00 to 03:00; 02:30 is then 03:30.
    expect(at('2026-03-29T00:29:00Z', 'Europe/Berlin')).toBe(undefined);
    expect(at('2026-03-29T01:30:00Z', 'Europe/Berlin')).toBe('2026-03-29');
    expect(at('2026-03-30T01:29:00Z', 'Europe/Berlin')).toBe('2026-03-29');
    expect(at('2026-03-30T01:31:00Z', 'Europe/Berlin')).toBe(undefined);
    // Sunday in Auckland begins on Saturday in UTC.
    expect(at('2026-06-06T14:29:00Z', 'Pacific/Auckland')).toBe(undefined);
    expect(at('2026-06-06T14:30:00Z', 'Pacific/Auckland')).toBe('2026-06-07');
    // Monday in UTC is still Sunday in Honolulu.
    expect(at('2026-06-08T09:00:00Z', 'Pacific/Honolulu')).toBe('2026-06-07');
  });
});
