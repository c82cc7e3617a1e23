import { ConfigReader } from '@backstage/config';
import { readCoverage } from './readCoverage';

const read = (data: object) => readCoverage(new ConfigReader(data as any));

describe('readCoverage', () => {
  it('reads when the digest is due, and who hears of all services', () => {
    expect(
      read({
        digest: {
          day: 'Fri',
          time: '16:30',
          timezone: 'Europe/Berlin',
          platformTeam: ['group:Platform', 'user:default/ann'],
        },
      }).digest,
    ).toEqual({
      enabled: true,
      day: 5,
      minute: 990,
      timezone: 'Europe/Berlin',
      platformTeam: ['group:default/platform', 'user:default/ann'],
    });
    expect(read({ digest: { enabled: false } }).digest.enabled).toBe(false);
  });

  it.each([
    [{ digest: { day: 'someday' } }, /digest\.day names 'someday'/],
    [{ digest: { time: '25:00' } }, /digest\.time is '25:00'/],
    [{ digest: { time: '24:00' } }, /digest\.time has to be/],
    [{ digest: { timezone: 'Mars' } }, /digest\.timezone is 'Mars'/],
    [{ digest: { platformTeam: ['team'] } }, /platformTeam names 'team'/],
    [
      { digest: { platformTeam: ['component:default/x'] } },
      /platformTeam names 'component:default\/x'/,
    ],
    [{ ownerNotices: { maxOwners: 0 } }, /ownerNotices\.maxOwners is 0/],
    [{ ownerNotices: { perOwnerPerDay: 1.5 } }, /perOwnerPerDay is 1\.5/],
    [{ ownerNotices: { perSenderPerDay: 1001 } }, /perSenderPerDay is 1001/],
    [{ ownerNotices: { quietPeriod: { days: 0 } } }, /quietPeriod/],
    [{ ownerNotices: { quietPeriod: { days: 366 } } }, /quietPeriod/],
    [{ retention: { hours: 1 } }, /coverage\.retention/],
  ])('refuses %j and names the key', (data, message) => {
    expect(() => read(data)).toThrow(message);
  });
});
