import { MaintenanceWindow } from '../config';
import { findMaintenance } from './findMaintenance';

const ALL_DAYS = [1, 2, 3, 4, 5, 6, 7];

const make = (overrides: Partial<MaintenanceWindow>): MaintenanceWindow => ({
  days: ALL_DAYS,
  fromMinute: 22 * 60,
  toMinute: 2 * 60,
  timezone: 'Europe/Berlin',
  ...overrides,
});

const ends = (
  window: MaintenanceWindow,
  now: string,
  cluster?: string,
): string | undefined => {
  const end = findMaintenance([window], cluster, Date.parse(now));
  return end === undefined ? undefined : new Date(end).toISOString();
};

describe('findMaintenance', () => {
  it.each([
    ['2026-06-10T19:59:00Z', undefined],
    ['2026-06-10T20:00:00Z', '2026-06-11T00:00:00.000Z'],
    ['2026-06-10T23:59:59Z', '2026-06-11T00:00:00.000Z'],
    ['2026-06-11T00:00:00Z', undefined],
    // An hour later in winter.
    ['2026-12-10T20:30:00Z', undefined],
    ['2026-12-10T21:30:00Z', '2026-12-11T01:00:00.000Z'],
  ])('spans midnight by the clock of its zone: %s', (now, end) => {
    expect(ends(make({}), now)).toBe(end);
  });

  it('counts the day on which it begins', () => {
    const friday = make({ days: [5], timezone: 'UTC' });
    expect(ends(friday, '2026-06-12T23:00:00Z')).toBeDefined();
    expect(ends(friday, '2026-06-13T01:00:00Z')).toBeDefined();
    expect(ends(friday, '2026-06-12T01:00:00Z')).toBeUndefined();
  });

  it('can last a whole day', () => {
    const day = make({ fromMinute: 0, toMinute: 24 * 60, timezone: 'UTC' });
    expect(ends(day, '2026-06-12T23:59:00Z')).toBe('2026-06-13T00:00:00.000Z');
  });

  it('of one cluster leaves the others alone', () => {
    const window = make({ cluster: 'a' });
    const now = '2026-06-10T21:00:00Z';
    expect(ends(window, now, 'a')).toBeDefined();
    expect(ends(window, now, 'b')).toBeUndefined();
    expect(ends(window, now)).toBeUndefined();
    expect(ends(make({}), now, 'b')).toBeDefined();
  });
});
